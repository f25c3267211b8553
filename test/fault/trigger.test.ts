import { spawn } from 'node:child_process'

import { expect, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import { failure } from '../support/agents.ts'
import { endOf, eventsOf, openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'
import { until } from '../support/until.ts'

test('trigger has the only live agent play a fault, and resolves when it has said so', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const gone = await harness.spawnAgent({ id: 'gone' })
  await gone.close()
  const agent = await harness.spawnAgent({ id: 'web' })
  await harness.faults.trigger(fault.exit(3))
  expect(events.at(-1)).toEqual({
    agent: 'web',
    attempt: 1,
    kind: 'fault',
    fault: 'exit',
    proof: { code: 3 },
  })
  expect((await agent.exited).exitCode).toBe(3)
  await harness.close()
})

test('trigger reaches all live agents of an id, also those of agentCommand, and no other', async () => {
  const harness = await openHarness()
  const one = await harness.spawnAgent({ id: 'web' })
  const other = await harness.spawnAgent({ id: 'other' })
  // It may not even have said hello.
  const child = spawn(harness.agentCommand.with({ id: 'web' }).file)
  await harness.faults.trigger(fault.exit(5), { agent: 'web' })
  expect([(await one.exited).exitCode, await endOf(child)]).toEqual([5, 5])
  expect(other.result).toBeUndefined()
})

test('trigger that does not say which of several agents is meant names them', async () => {
  const harness = await openHarness()
  await harness.spawnAgent({ id: 'web' })
  await harness.spawnAgent({ id: 'db' })
  const error = await failure(harness.faults.trigger(fault.exit()))
  expect(error).toMatchObject({ code: 'ERR_OPTION_INVALID', option: 'agent', agents: ['web', 'db'] })
  expect(error.message).toContain('"web", "db"')
})

test('trigger rejects when no such agent lives', async () => {
  const harness = await openHarness()
  expect(await failure(harness.faults.trigger(fault.exit()))).toMatchObject({ code: 'ERR_AGENT_UNKNOWN' })
  const agent = await harness.spawnAgent({ id: 'web' })
  const error = await failure(harness.faults.trigger(fault.exit(), { agent: 'db' }))
  expect(error).toMatchObject({ code: 'ERR_AGENT_UNKNOWN', agent: 'db' })
  expect(error.message).toContain('"web"')
  await agent.close()
  expect(await failure(harness.faults.trigger(fault.exit()))).toMatchObject({ code: 'ERR_AGENT_CLOSED' })
})

test('trigger rejects when the agent exits without confirming', async () => {
  const harness = await openHarness({ agent: { run: [listener(['exit'], 'process.exit(2)')] } })
  await harness.spawnAgent()
  const error = await failure(harness.faults.trigger(fault.exit()))
  expect(error).toMatchObject({ code: 'ERR_AGENT_EXITED', agent: 'agent-1', attempt: 1 })
})

test('trigger rejects when the agent hangs up without confirming', async () => {
  const harness = await openHarness({
    agent: { run: [listener(['exit'], 'socket.destroy(); setInterval(() => {}, 1e9)')] },
  })
  await harness.spawnAgent()
  expect(await failure(harness.faults.trigger(fault.exit()))).toMatchObject({ code: 'ERR_AGENT_CLOSED' })
})

test('trigger rejects for an agent that cannot, with what it can', async () => {
  const harness = await openHarness({ agent: { run: [listener(['hang'], '')] } })
  await harness.spawnAgent()
  const error = await failure(harness.faults.trigger(fault.exit()))
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED', can: ['hang'] })
  expect(error.message).toContain('can play only hang')
})

test('trigger rejects for a program that speaks nothing', async () => {
  const harness = await openHarness({
    agent: { run: [new Scratch().shell('exec sleep 86400')] },
    spawn: { readyWhen: 'spawn' },
  })
  await harness.spawnAgent()
  const error = await failure(harness.faults.trigger(fault.exit()))
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
  expect(error.message).toContain('has said no hello')
})

test('trigger rejects faults whose time is over', async () => {
  const harness = await openHarness()
  await harness.spawnAgent()
  expect(await failure(harness.faults.trigger(fault.neverReady()))).toMatchObject({
    code: 'ERR_FAULT_TOO_LATE',
  })
  expect(await failure(harness.faults.trigger(fault.notFound()))).toMatchObject({
    code: 'ERR_FAULT_UNSUPPORTED',
  })
})

test('trigger of a fault that delays ready rejects when the agent was faster', async () => {
  const harness = await openHarness({
    agent: { run: [listener(['slowStart'], `send({ t: 'ready' })`, '')] },
  })
  await harness.spawner.spawn('a')
  expect(await failure(harness.faults.trigger(fault.slowStart(1)))).toMatchObject({
    code: 'ERR_FAULT_TOO_LATE',
  })
})

test('an agent can be hung, frozen and disconnected at will', async () => {
  const harness = await openHarness({ spawn: { closeGrace: 50 } })
  for (const what of [fault.hang(), fault.freeze(), fault.closeSocket()]) {
    const agent = await harness.spawnAgent({ id: 'a' })
    await harness.faults.trigger(what)
    expect(agent.result).toBeUndefined()
    if (what.name === 'closeSocket') await until('it is closed', () => agent.socket.readableEnded)
    await agent.close()
  }
})

test('trigger gives up an agent that is stopped, and says what to do', async () => {
  const harness = await openHarness()
  harness.limits = { ...harness.limits, ready: 300 }
  const agent = await harness.spawnAgent({ id: 'web', readyTimeout: 5000 })
  agent.kill('SIGSTOP')
  const error = await failure(harness.faults.trigger(fault.exit(3)))
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNFIRED', agent: 'web', attempt: 1, limit: 300 })
  expect(error.message).toContain('agent "web" (attempt 1) lives, and has not confirmed the fault exit(3)')
  expect(error.message).toContain("agent.kill('SIGKILL')")
  agent.kill('SIGCONT')
  expect((await agent.exited).exitCode).toBe(3)
  await harness.close()
})

test('in virtual time trigger waits for a stopped agent as long as the clock would, while nobody moves that', async () => {
  const harness = await openHarness()
  harness.limits = { ready: 1, patience: 600 }
  const agent = await harness.spawnAgent({ readyTimeout: 5000 })
  const clock = harness.installClock()
  await harness.faults.trigger(fault.ignoreSignal('SIGINT'))
  agent.kill('SIGSTOP')
  const error = await failure(harness.faults.trigger(fault.exit(3)))
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNFIRED', limit: 600 })
  expect(clock.now).toBe(0)
  await harness.close()
})

test('trigger refuses options that cannot be meant', async () => {
  const harness = await openHarness()
  expect(await failure(harness.faults.trigger(fault.exit(), { agnet: 'a' } as object))).toMatchObject({
    code: 'ERR_OPTION_UNKNOWN',
  })
  expect(await failure(harness.faults.trigger(fault.exit as never))).toMatchObject({
    code: 'ERR_OPTION_INVALID',
  })
})

/** Says hello and ready, and does this when it is told to play a fault. */
function listener(can: string[], body: string, first = `send({ t: 'ready' })`): string {
  return new Scratch().node(`
    const socket = new (require('node:net').Socket)({ fd: 3 })
    const send = (frame) => socket.write(JSON.stringify(frame) + '\\n')
    send({ t: 'hello', v: 1, id: 'a', pid: process.pid, can: ${JSON.stringify(can)} })
    ${first}
    socket.on('data', (chunk) => { if (String(chunk).includes('"do"')) { ${body} } })
  `)
}
