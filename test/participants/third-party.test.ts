import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { fault } from '../../src/index.ts'
import { openHarness } from '../support/harness.ts'
import { foreman, nodemon } from './subjects.ts'

test('nodemon --delay restarts so long after the last change', async () => {
  const harness = await openHarness()
  const { agentCommand, timeline } = harness
  const clock = harness.installClock()
  const file = path.join(harness.runtimeDir, 'watched.txt')
  writeFileSync(file, '')
  await harness.supervise(
    process.execPath,
    [nodemon, '--delay', '10', '--watch', file, '--exec', agentCommand.shell],
    { clock: 'virtual' },
  )
  await clock.runUntil(timeline.until('ready'))
  await clock.advance(1000)
  appendFileSync(file, 'a')
  await clock.advance(6000)
  appendFileSync(file, 'b')
  await clock.advance(30_000)
  appendFileSync(file, 'c')
  await clock.advance(10_000)
  expect(`${timeline}`).toMatchInlineSnapshot(`
    "[       0 ms] agent#1      spawned
    [       0 ms] agent#1      ready
    [   17000 ms] agent#1      exited
    [   17000 ms] agent#2      spawned
    [   17000 ms] agent#2      ready
    [   47000 ms] agent#2      exited
    [   47000 ms] agent#3      spawned
    [   47000 ms] agent#3      ready"
  `)
})

test('nodemon --signal restarts a script when it has ended, however long it takes over the signal', async () => {
  const harness = await openHarness()
  const clock = harness.installClock()
  const file = path.join(harness.runtimeDir, 'app.cjs')
  writeFileSync(
    file,
    `const began = ${Date.UTC(2025, 0, 1)}
const log = (...words) => console.log(Date.now() - began, ...words)
log('up')
setInterval(() => {}, 86_400_000)
process.on('SIGTERM', () => {
  log('drains')
  setTimeout(() => { log('ends'); process.exit(0) }, 45_000)
})
`,
  )
  const running = await harness.supervise(
    process.execPath,
    [nodemon, '--quiet', '--signal', 'SIGTERM', '--delay', '2', '--watch', file, file],
    { clock: 'virtual' },
  )
  await clock.runUntil(running.stdout.line('up'))
  await clock.advance(1000)
  appendFileSync(file, '// changed')
  await clock.advance(60_000)
  expect(running.stdout.text).toMatchInlineSnapshot(`
    "0 up
    3000 drains
    3000 drains
    48000 ends
    48000 up
    "
  `)
})

test('nodemon waits for a change when its program has crashed', async () => {
  const harness = await openHarness()
  const { agentCommand, faults, timeline } = harness
  faults.inject(fault.exit(1), { at: { after: 60_000 } })
  const clock = harness.installClock()
  const file = path.join(harness.runtimeDir, 'watched.txt')
  writeFileSync(file, '')
  const running = await harness.supervise(
    process.execPath,
    [nodemon, '--delay', '1500ms', '--watch', file, '--exec', agentCommand.shell],
    { clock: 'virtual' },
  )
  await clock.advance(3_600_000)
  expect(running.stdout.text).toContain('app crashed - waiting for file changes before starting...')
  appendFileSync(file, 'a')
  await clock.runUntil(timeline.until('ready', { attempt: 2 }))
  expect(`${timeline}`).toMatchInlineSnapshot(`
    "[       0 ms] agent#1      spawned
    [       0 ms] agent#1      ready
    [   60000 ms] agent#1      fault exit {"code":1}
    [   60000 ms] agent#1      exited with code 1
    [ 3601500 ms] agent#2      spawned
    [ 3601500 ms] agent#2      ready"
  `)
})

test('node-foreman stops the others when one program has ended, and waits for them without a limit', async () => {
  const harness = await openHarness()
  const { agentCommand, faults, timeline } = harness
  faults.inject(fault.exit(3), { agent: 'worker', at: { after: 60_000 } })
  const web = agentCommand.with({ id: 'web', script: { onSignal: { SIGINT: { drain: 3_600_000 } } } })
  const worker = agentCommand.with({ id: 'worker' })
  const clock = harness.installClock()
  const file = path.join(harness.runtimeDir, 'Procfile')
  writeFileSync(file, `web: exec ${web.shell}\nworker: exec ${worker.shell}\n`)
  const running = await harness.supervise(process.execPath, [foreman, 'start', '-j', file], {
    clock: 'virtual',
    env: { TZ: 'UTC', LC_ALL: 'C' },
  })
  await clock.runUntil(running.exited)
  expect(`${timeline}`).toMatchInlineSnapshot(`
    "[       0 ms] web#1        spawned
    [       0 ms] worker#1     spawned
    [       0 ms] web#1        ready
    [       0 ms] worker#1     ready
    [   60000 ms] worker#1     fault exit {"code":3}
    [   60000 ms] worker#1     exited with code 3
    [ 3660000 ms] web#1        exited with code 0"
  `)
  expect(running.stdout.text).toMatchInlineSnapshot(`
    "[DONE] Killing all processes with signal  SIGINT
    1:01:00 AM web.1    Exited Successfully
    "
  `)
})

test('node --watch starts its program again at a change, and the program has virtual time from its start', async () => {
  const harness = await openHarness()
  const { agentCommand, timeline } = harness
  const clock = harness.installClock()
  const file = path.join(harness.runtimeDir, 'app.cjs')
  writeFileSync(
    file,
    `const { spawn } = require('node:child_process')
setTimeout(() => {
  const child = spawn(${JSON.stringify(agentCommand.file)}, { stdio: 'inherit' })
  process.on('SIGTERM', () => child.kill())
  child.on('exit', () => process.exit(0))
}, 90_000)
`,
  )
  await harness.supervise(process.execPath, ['--watch', file], { clock: 'virtual' })
  await clock.runUntil(timeline.until('ready'))
  await clock.advance(10_000)
  appendFileSync(file, '// changed')
  await clock.runUntil(timeline.until('ready', { attempt: 2 }))
  expect(`${timeline}`).toMatchInlineSnapshot(`
    "[   90000 ms] agent#1      spawned
    [   90000 ms] agent#1      ready
    [  100000 ms] agent#1      exited
    [  190000 ms] agent#2      spawned
    [  190000 ms] agent#2      ready"
  `)
})
