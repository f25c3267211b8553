import { expect, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import { failure } from '../support/agents.ts'
import { openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'

test('a fault of an agent that was never started fails the close', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(1), { agent: 'web', attempts: [2, 3], at: { message: 4 } })
  await harness.spawnAgent({ id: 'db' })
  const error = await failure(harness.close())
  expect(error).toMatchObject({
    code: 'ERR_FAULT_UNFIRED',
    faults: [{ fault: 'exit(1)', agent: 'web', attempts: 'attempts 2 to 3', at: { message: 4 } }],
  })
  expect(error.message).toContain('exit(1) of agent "web", attempts 2 to 3, at message 4')
  expect(error.message).toContain('no agent "web" was started, only "db"')
})

test('a fault of an attempt that was never made says how many were', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(1), { attempts: 3 })
  for (let n = 0; n < 2; n++) await (await harness.spawnAgent({ id: 'web' })).close()
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNFIRED' })
  expect(error.message).toContain('only 2 attempts of agent "web" were made')
})

test('a fault at a point that was never reached says who did not come there, and how', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(1), { at: { cue: 'never' }, agent: 'alive' })
  harness.faults.inject(fault.exit(1), { at: { message: 1 }, agent: 'dead' })
  await harness.spawnAgent({ id: 'alive' })
  await (await harness.spawnAgent({ id: 'dead' })).close()
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNFIRED', faults: [{}, {}] })
  expect(error.message).toContain('agent "alive" (attempt 1) did not come to that point')
  expect(error.message).toContain('agent "dead" (attempt 1) exited before it fired at message 1')
})

test('what fired once, is optional or was cancelled is no failure', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(1), { attempts: 'every' })
  harness.faults.inject(fault.exit(1), { agent: 'nobody', optional: true })
  harness.faults.inject(fault.exit(1), { agent: 'nobody' }).cancel()
  const agent = await harness.spawnAgent()
  await agent.exited
  await expect(harness.close()).resolves.toBeUndefined()
})

test('a test that has failed is not told of its faults besides', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(1))
  await expect(harness.close({ failed: true })).resolves.toBeUndefined()
})

test('a program that cannot play a fault is reported, with what it can', async () => {
  const program = new Scratch().node(`
    const socket = new (require('node:net').Socket)({ fd: 3 })
    socket.write('{"t":"hello","v":1,"id":"a","pid":1,"can":["hang"]}\\n{"t":"ready"}\\n')
    socket.resume()
  `)
  const harness = await openHarness({ agent: { run: [program] } })
  harness.faults.inject(fault.exit(1))
  await harness.spawnAgent()
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
  expect(error.message).toContain('can play only hang')
})

test('a program that speaks nothing is reported so', async () => {
  const harness = await openHarness({
    agent: { run: [new Scratch().shell('exec sleep 86400')] },
    spawn: { readyWhen: 'spawn' },
  })
  harness.faults.inject(fault.exit(1))
  await harness.spawnAgent()
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
  expect(error.message).toContain('has said no hello')
})

test('an agent that confirms nothing of what it was told has not played it', async () => {
  const program = new Scratch().node(`
    const socket = new (require('node:net').Socket)({ fd: 3 })
    socket.write('{"t":"hello","v":1,"id":"a","pid":1,"can":["exit"]}\\n{"t":"ready"}\\n{"t":"fired","id":99}\\n')
    socket.resume()
  `)
  const harness = await openHarness({ agent: { run: [program] } })
  const injection = harness.faults.inject(fault.exit(1))
  await harness.spawnAgent()
  expect(injection.fired).toBe(false)
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNFIRED' })
  expect(error.message).toContain('did not confirm it')
})
