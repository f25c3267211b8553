import { expect, test } from 'vitest'

import { buildAgentForTest } from '../../src/build/build-agent.ts'
import type { FaultOrder } from '../../src/protocol/frames.ts'
import { buildProgram } from './build.ts'
import { startAgent } from './started-agent.ts'

const writer = await buildAgentForTest({ entry: 'test/agent/programs/writer.ts' })
const program = buildProgram('agent/main.ts')

type Order = Omit<FaultOrder, 'id'>

/** What the writer says until it is gone, and what fired or failed at which of its words. */
async function heard(...faults: Order[]): Promise<unknown[]> {
  const agent = await startAgent(writer, { faults })
  await agent.exit
  await agent.stderr.ended
  expect(agent.stderr.all).toBe('')
  return agent.untaken.flatMap((frame) => {
    if (frame.t === 'message') return [frame.body]
    return frame.t === 'fired' ? [`fired ${frame.id}`] : []
  })
}

const WAYS = 19

test('each write to a regular file is counted once, whatever way it is made, and changes nothing', async () => {
  const orders = Array.from({ length: WAYS + 1 }, (_, n) => ({
    name: 'ignoreSignal',
    options: { signal: 'SIGUSR2' },
    at: { write: n + 1 },
  }))
  const counted = await heard(...orders)
  const plain = await heard()
  const ways = plain.filter((body) => typeof body === 'string')
  expect(ways).toHaveLength(WAYS)
  expect(counted.filter((body) => !String(body).startsWith('fired'))).toEqual(plain)
  const marks = counted.filter((body) => typeof body === 'string')
  expect(marks).toEqual(ways.flatMap((way, n) => [way, `fired ${n + 1}`]))
})

test.runIf(process.platform === 'linux')('a full disk fails each of them as the system does', async () => {
  const said = await heard({ name: 'fullDisk', options: {}, at: { write: 1 } })
  const files = said.flatMap((body) => (isFile(body) ? [body.text] : []))
  const outcomes = said.filter((body) => !isFile(body) && body !== 'fired 1')
  const ways = outcomes.filter((body) => typeof body === 'string')
  expect(outcomes).toEqual(ways.flatMap((way) => [way, { failed: 'ENOSPC' }]))
  expect(new Set(files)).toEqual(new Set(['']))
})

test('an agent that dies at a write has written all before it, and nothing of it', async () => {
  const script = { writes: { file: 'log', text: 'line', every: 10 } }
  const agent = await startAgent(program, {
    script,
    faults: [{ name: 'exit', options: { code: 9 }, at: { write: 3 } }],
  })
  await agent.grant()
  await agent.grant()
  expect((await agent.frame('fired')).proof).toEqual({ code: 9 })
  expect(await agent.exit).toEqual({ code: 9, signal: null })
  expect(agent.read('log')).toBe('line\nline\n')
})

test.each(['uncaughtException', 'unhandledRejection'])(
  'an agent that dies of an %s at a write has not made it',
  async (name) => {
    const agent = await startAgent(program, {
      script: { pidFile: 'pid' },
      faults: [{ name, options: {}, at: { write: 1 } }],
    })
    expect(await agent.exit).toEqual({ code: 1, signal: null })
    await agent.stderr.ended
    expect(agent.stderr.all).toContain(`Error: the fault ${name} of vitest-supervise\n    at `)
    expect(agent.read('pid')).toBe('')
  },
)

function isFile(body: unknown): body is { readonly text: string } {
  return typeof body === 'object' && body !== null && 'text' in body
}
