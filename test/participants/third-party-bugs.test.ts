import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import type { Harness } from '../../src/harness/harness.ts'
import { openHarness } from '../support/harness.ts'
import { agentsAlive, foreman, nodemon } from './subjects.ts'

/*
 * What `npm run published-bugs` sees in real time, in virtual time: a wait of an hour shows that a program is an orphan, and no
 * glance after a second.
 */

const HOUR = 3_600_000

/** SIGTERM to the program leaves the agent that it has started running, an hour later, too. */
async function expectOrphan(args: (harness: Harness) => string[]): Promise<void> {
  const harness = await openHarness()
  const { timeline } = harness
  const clock = harness.installClock()
  const running = await harness.supervise(process.execPath, args(harness), { clock: 'virtual' })
  await clock.runUntil(timeline.until('ready'))
  running.kill('SIGTERM')
  await clock.runUntil(running.exited)
  await clock.advance(HOUR)
  expect(await agentsAlive(harness)).toBe(1)
  expect(`${timeline}`).toBe('[       0 ms] agent#1      spawned\n[       0 ms] agent#1      ready')
}

test('remy/nodemon#882: SIGTERM to nodemon leaves the program running', async () => {
  await expectOrphan(({ agentCommand, runtimeDir }) => [
    nodemon,
    '--watch',
    path.join(runtimeDir, 'none'),
    '--exec',
    `${agentCommand.shell} || exit 1`,
  ])
})

test('remy/nodemon#1889: the new program runs beside the old one', async () => {
  const harness = await openHarness()
  const { agentCommand, timeline } = harness
  const slow = agentCommand.with({ script: { onSignal: { SIGUSR2: { drain: 60_000 } } } })
  const clock = harness.installClock()
  const args = [
    nodemon,
    '--watch',
    path.join(harness.runtimeDir, 'none'),
    '--exec',
    `${slow.shell} || exit 1`,
  ]
  const running = await harness.supervise(process.execPath, args, { clock: 'virtual' })
  await clock.runUntil(timeline.until('ready'))
  await clock.advance(1000)
  running.kill('SIGHUP')
  await clock.runUntil(timeline.until('exit'))
  expect(`${timeline}`).toMatchInlineSnapshot(`
    "[       0 ms] agent#1      spawned
    [       0 ms] agent#1      ready
    [    1000 ms] agent#2      spawned
    [    1000 ms] agent#2      ready
    [   61000 ms] agent#1      exited with code 0"
  `)
  expect(timeline.delays()).toEqual([-60_000])
})

test('SIGTERM to node-foreman leaves its programs running', async () => {
  await expectOrphan(({ agentCommand, runtimeDir }) => {
    const file = path.join(runtimeDir, 'Procfile')
    writeFileSync(file, `web: ${agentCommand.shell}\n`)
    return [foreman, 'start', '-j', file]
  })
})

test('nodejs/node#59380: node --watch leaves what the old program has started', async () => {
  const harness = await openHarness()
  const { agentCommand, timeline } = harness
  const clock = harness.installClock()
  const file = path.join(harness.runtimeDir, 'app.cjs')
  writeFileSync(
    file,
    `require('node:child_process').spawn(${JSON.stringify(agentCommand.file)}, { stdio: 'inherit' })\n`,
  )
  await harness.supervise(process.execPath, ['--watch', file], { clock: 'virtual' })
  await clock.runUntil(timeline.until('ready'))
  await clock.advance(1000)
  appendFileSync(file, '// changed')
  await clock.runUntil(timeline.until('ready', { attempt: 2 }))
  await clock.advance(HOUR)
  expect(await agentsAlive(harness)).toBe(2)
  expect(`${timeline}`).toMatchInlineSnapshot(`
    "[       0 ms] agent#1      spawned
    [       0 ms] agent#1      ready
    [    1000 ms] agent#2      spawned
    [    1000 ms] agent#2      ready"
  `)
})
