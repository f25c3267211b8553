import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import { labProject } from '../lab/in-test.ts'
import { openHarness } from '../support/harness.ts'

const here = (): unknown[] => [setTimeout, setInterval, Date, process.hrtime, performance.now]
const real = here()

test('a harness can have virtual time, and gives it back when it is closed', async () => {
  const harness = await openHarness({ clock: { start: 0 } })
  const before = await harness.spawnAgent({ id: 'before', script: { lifetime: 5000 } })
  const clock = harness.installClock()
  expect([clock.now, Date.now(), harness.timeline.events.at(-1)?.time]).toEqual([0, 0, 0])
  const after = await harness.spawnAgent({ id: 'after', script: { lifetime: 6000, exitCode: 2 } })
  await clock.runUntil(Promise.all([before.exited, after.exited]))
  expect(harness.timeline.records().map(({ exitedAt }) => exitedAt)).toEqual([5000, 6000])
  await harness.close()
  expect(here()).toEqual(real)
  await expect(clock.advance(1)).rejects.toMatchObject({ code: 'ERR_SCOPE_CLOSED' })
  expect(() => harness.installClock()).toThrow(expect.objectContaining({ code: 'ERR_SCOPE_CLOSED' }))
})

test('there is one virtual clock at a time', async () => {
  const [one, other] = await Promise.all([openHarness(), openHarness()])
  one.installClock()
  const inUse = expect.objectContaining({ code: 'ERR_CLOCK_IN_USE' })
  expect(() => one.installClock()).toThrow(inUse)
  expect(() => other.installClock()).toThrow(inUse)
  await one.close()
  await other.installClock().advance(1)
  await other.close()
  expect(here()).toEqual(real)
})

test('a call that still moves time when the harness is closed fails that, and is not unhandled', async () => {
  const harness = await openHarness()
  const clock = harness.installClock()
  setInterval(() => {}, 10)
  void clock.runUntil(() => false)
  await expect(harness.close()).rejects.toThrow('ended while it was moving the virtual clock')
  expect(here()).toEqual(real)
})

test('a harness that has failed says nothing of it', async () => {
  const harness = await openHarness()
  void harness.installClock().runUntil(() => false)
  await expect(harness.close({ failed: true })).resolves.toBeUndefined()
})

test('a loop over agents ends with its harness', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(1), { attempts: 'every' })
  const clock = harness.installClock()
  const run = harness.restartLoop({ policy: 'always' }).run()
  await clock.advance(3000)
  expect(harness.timeline.delays()).toEqual([1000, 2000])
  await harness.close()
  await expect(run).rejects.toMatchObject({ code: 'ERR_SCOPE_CLOSED' })
})

test('a loop without virtual time runs in real time', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.exit(1))
  const backoff = { next: () => 20 }
  const abort = new AbortController()
  const run = harness.restartLoop({ policy: 'always', backoff }).run(abort.signal)
  await harness.timeline.until('ready', { attempt: 2 })
  expect(harness.timeline.delays()[0]).toBeGreaterThanOrEqual(19)
  abort.abort(new Error('enough'))
  await expect(run).rejects.toThrow('enough')
})

test('an agent whose time was real beats on in virtual time', async () => {
  const harness = await openHarness()
  const agent = await harness.spawnAgent({ script: { heartbeat: 30 } })
  const beats = agent.messages()
  await beats.next()
  const clock = harness.installClock()
  await clock.advance(89)
  agent.kill('SIGKILL')
  await agent.exited
  const rest: unknown[] = []
  for await (const beat of beats) rest.push(beat)
  // How many there were before is a matter of real time; the first in virtual time is 30 ms after its beginning.
  const last = rest.length + 1
  expect(rest.slice(-2)).toEqual([{ heartbeat: last - 1 }, { heartbeat: last }])
  expect(clock.now).toBe(89)
})

const SCRIPT = `
import { createHarness, fault } from 'vitest-supervise/core'
const harness = await createHarness()
const clock = harness.installClock()
harness.faults.inject(fault.exit(1), { attempts: 'every' })
const run = harness.restartLoop({ policy: 'on-failure', maxRestarts: 3 }).run()
await clock.runUntil(run).catch((error) => console.log(error.code))
console.log(JSON.stringify(harness.timeline.delays()), clock.evidence)
await harness.close()
`

test('a script without Vitest has virtual time', async () => {
  const project = labProject({ files: { 'script.mjs': SCRIPT } })
  const { stdout } = await promisify(execFile)(process.execPath, ['script.mjs'], {
    cwd: project.root,
    env: { ...process.env, TMPDIR: project.temporary },
  })
  expect(stdout).toMatch(/^ERR_MAX_RESTARTS_EXHAUSTED\n\[1000,2000,4000\] (exact|cooperative)\n$/)
  expect(await project.survivors()).toMatchObject({ processes: [], directories: [] })
})

test('what a script has started besides is heard of after its harness was closed', async () => {
  const harness = await openHarness()
  const clock = harness.installClock()
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
  await clock.advance(10)
  await harness.close()
  const exited = once(child, 'exit')
  child.stdin?.end()
  expect(await exited).toEqual([0, null])
})
