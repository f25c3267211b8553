import { expect, test } from 'vitest'

import type { AgentEntry } from '../../src/options.ts'
import { failure } from '../support/agents.ts'
import { openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'

/** An agent with timers of its own, which speaks no protocol. */
const TICKER = `
const began = Date.now()
setInterval(() => console.log('tick', Date.now() - began), 30_000)
console.log('up')
`

const agentOf = (source: string): AgentEntry => ({
  run: [process.execPath, new Scratch().write('agent.cjs', source)],
})

test('the timers of an agent go by the clock when it is told to', async () => {
  const harness = await openHarness({
    agent: agentOf(TICKER),
    spawn: { readyWhen: { stdout: 'up' }, clock: 'virtual' },
  })
  const clock = harness.installClock()
  const agent = await clock.runUntil(harness.spawnAgent())
  const fifth = agent.stdout.line('tick 150000')
  await clock.runUntil(fifth)
  expect(clock.now).toBe(150_000)
  expect(clock.timers).toMatchObject([
    { at: 180_000, delay: 30_000, kind: 'interval', process: 'agent.cjs (1)' },
  ])
  await clock.runUntil(agent.close())
})

test('in a test without a clock its time is real', async () => {
  const harness = await openHarness({
    agent: agentOf(TICKER.replace('30_000', '1')),
    spawn: { readyWhen: { stdout: 'up' }, clock: 'virtual' },
  })
  const agent = await harness.spawnAgent()
  expect(await agent.stdout.line(/tick \d+/)).toMatch(/^tick/)
})

test('an agent that is no Node program is told apart from one that goes by the clock', async () => {
  const harness = await openHarness({
    agent: { run: ['sh', '-c', 'echo up; sleep 1000'] },
    spawn: { readyWhen: { stdout: 'up' }, clock: 'virtual' },
  })
  const clock = harness.installClock()
  const error = await failure(clock.runUntil(harness.spawnAgent({ id: 'web' })))
  expect(error).toMatchObject({
    code: 'ERR_CLOCK_NOT_JOINED',
    message: expect.stringContaining('agent "web"'),
  })
  expect(await harness.processes()).toEqual([])
})

test('a command of such an agent has it go by the clock, whoever starts it', async () => {
  const harness = await openHarness({ agent: agentOf(TICKER) })
  const command = harness.agentCommand.with({ id: 'ticker', clock: 'virtual' })
  const clock = harness.installClock()
  for (const own of ['real', 'virtual'] as const) {
    const supervisor = await harness.supervise('sh', ['-c', `exec ${command.shell}`], { clock: own })
    const from = clock.now
    await clock.runUntil(supervisor.stdout.line('tick 60000'))
    expect(clock.now - from).toBe(60_000)
    await clock.runUntil(supervisor.close())
  }
})

test('a scripted agent speaks for itself also below a supervisor that goes by the clock', async () => {
  const harness = await openHarness()
  const command = harness.agentCommand.with({ script: { heartbeat: 30_000, lifetime: 100_000, exitCode: 4 } })
  const clock = harness.installClock()
  const source = `
const { spawn, fork } = require('node:child_process')
const [file, forked] = process.argv.slice(2)
const began = Date.now()
spawn(file, { stdio: 'ignore' }).on('exit', (code) => {
  console.log('spawned', code, Date.now() - began)
  setTimeout(() => fork(forked).on('exit', (code) => console.log('forked', code, Date.now() - began)), 5000)
})`
  const file = new Scratch().write('supervisor.cjs', source)
  const supervisor = await harness.supervise(process.execPath, [file, command.file, command.module!], {
    env: command.env,
    clock: 'virtual',
  })
  await clock.runUntil(supervisor.exited)
  expect(supervisor.stderr.text).toBe('')
  expect(supervisor.stdout.text).toBe('spawned 4 100000\nforked 4 205000\n')
  expect(clock.timers).toEqual([])
})
