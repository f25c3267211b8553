import { expect, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import { failure } from '../support/agents.ts'
import { isExempt } from '../support/exempt.ts'
import { handmadeAgent } from '../support/handmade-agent.ts'
import { brief, eventsOf, openHarness } from '../support/harness.ts'

test('a fault strikes at a write before ready, and the start fails by it', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  harness.faults.inject(fault.exit(7), { at: { write: 1 } })
  const error = await failure(harness.spawnAgent({ script: { pidFile: 'pid' } }))
  expect(error).toMatchObject({ code: 'ERR_AGENT_EXITED', exitCode: 7 })
  expect(brief(events).slice(0, 3)).toEqual(['agent-1 1 spawn', 'agent-1 1 fault exit', 'agent-1 1 exit 7'])
  await harness.close()
})

test('a write is counted from the start of an agent, so that it is too late for one that lives', async () => {
  const harness = await openHarness()
  await harness.spawnAgent({ id: 'a' })
  expect(() => harness.faults.inject(fault.exit(7), { agent: 'a', at: { write: 1 } })).toThrow(
    expect.objectContaining({ code: 'ERR_FAULT_TOO_LATE', message: expect.stringContaining('at write 1') }),
  )
  harness.faults.inject(fault.exit(7), { agent: 'a', attempts: 2, at: { write: 2 } })
  const script = { writes: { file: 'log', text: 'line', every: 1 } }
  const agent = await harness.spawnAgent({ id: 'a', script })
  expect((await agent.exited).exitCode).toBe(7)
  await harness.close()
})

test('an agent that comes to too few writes has not fired', async () => {
  const harness = await openHarness({ keepRuntimeDir: 'never' })
  harness.faults.inject(fault.exit(7), { at: { write: 2 } })
  await harness.spawnAgent({ script: { pidFile: 'pid' } })
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNFIRED' })
  expect(error.message).toContain('at write 2: agent "agent-1" (attempt 1) did not come to that point')
})

test('an agent that counts no writes is reported so', async () => {
  const program = handmadeAgent(`if (frame.t === 'welcome') send({ t: 'ready' })`)
  const harness = await openHarness({ agent: { run: [program] } })
  harness.faults.inject(fault.exit(7), { at: { write: 1 } })
  await harness.spawnAgent()
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
  expect(error.message).toContain('does not count its writes: `points` of its hello does not name them')
})

test.runIf(isExempt())('whoever may write everywhere cannot have a directory that is sealed', async () => {
  const harness = await openHarness()
  await harness.spawnAgent()
  const error = await failure(harness.faults.trigger(fault.unwritableDirectory('.')))
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNAVAILABLE' })
  expect(error.message).toContain('root may write everywhere')
})
