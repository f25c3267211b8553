import { fork } from 'node:child_process'

import { expect, onTestFinished, test } from 'vitest'

import { resolveExploration } from '../../../src/explore/exploration.ts'
import type { Failure } from '../../../src/explore/replay/failure.ts'
import { Player } from '../../../src/explore/play/player.ts'
import { replayReal, replaySimulated } from '../../../src/explore/replay/replay.ts'
import { type Played, verdictOf } from '../../../src/explore/replay/replay-verdict.ts'
import { shownLines } from '../../../src/explore/replay/shown-lines.ts'
import { openHarness } from '../play/both-stages.ts'
import type { Trace } from '../../../src/explore/play/trace.ts'
import { failing, FAILURE, OPTIONS, restarting } from './failing.ts'

const VIOLATION = { invariant: 'stop is final', message: 'it is started at 1000' }
const BROKEN: Played = { hash: 'aaaa', lines: ['one', 'two'], violation: VIOLATION }
const WELL: Played = { hash: 'bbbb', lines: ['one', 'three'], violation: undefined }
const RECORDED: Failure = { ...FAILURE, hash: 'aaaa', timeline: ['one', 'two'] }

test('what still breaks says whether it goes as it was recorded', () => {
  expect(verdictOf(RECORDED, { simulated: BROKEN })).toMatchObject({
    kind: 'still breaks',
    holds: false,
    sameTimeline: true,
    violation: VIOLATION,
  })
  expect(verdictOf(RECORDED, { simulated: BROKEN }).text).toMatchInlineSnapshot(`
    "It still breaks "stop is final" (it is started at 1000), in the simulation.
    The timeline is the one that was recorded (aaaa)."
  `)
  expect(verdictOf(FAILURE, { simulated: BROKEN })).toMatchObject({ sameTimeline: undefined })
})

test('a timeline that differs from the recorded one is laid to the versions if those differ', () => {
  const now = { ...BROKEN, hash: 'cccc', lines: ['one'] }
  const elsewhere = { ...RECORDED, versions: { 'vitest-supervise': '0.0.1', node: process.versions.node } }
  const { text, sameTimeline } = verdictOf(elsewhere, { simulated: now })
  expect(sameTimeline).toBe(false)
  expect(text.replace(/which is \S+ here/, 'which is 1.0.0 here')).toMatchInlineSnapshot(`
    "It still breaks "stop is final" (it is started at 1000), in the simulation.
    The timeline is another one (cccc) than the one that was recorded (aaaa). It was recorded by vitest-supervise 0.0.1, which is 1.0.0 here.
    The first difference is in line 2:
      recorded: two
      now:      (nothing more)"
  `)
  expect(verdictOf(RECORDED, { simulated: now }).text).toContain('the subject or the scenario has changed')
})

test('what no longer fails is a regression test from now on', () => {
  expect(verdictOf(RECORDED, { simulated: WELL, real: WELL })).toMatchObject({
    kind: 'no longer fails',
    holds: true,
  })
  expect(verdictOf(RECORDED, { simulated: WELL, real: WELL }).text).toMatchInlineSnapshot(
    `"It no longer fails: what broke "stop is final" breaks nothing now, with real processes. Keep it as a regression test."`,
  )
})

test('what breaks another invariant says which', () => {
  const other = { ...BROKEN, violation: { invariant: 'no overlap', message: 'two run' } }
  expect(verdictOf(RECORDED, { simulated: other })).toMatchObject({
    kind: 'breaks another invariant',
    holds: false,
  })
  expect(verdictOf(RECORDED, { simulated: other }).text).toMatchInlineSnapshot(`
    "It does not break "stop is final" any more, but "no overlap" (two run), in the simulation.
    The timeline is the one that was recorded (aaaa)."
  `)
})

test('what fails in the simulation only shows where the worlds part', () => {
  const verdict = verdictOf(RECORDED, { simulated: BROKEN, real: WELL })
  expect(verdict).toMatchObject({ kind: 'fails in simulation only', holds: true, violation: VIOLATION })
  expect(verdict.text).toMatchInlineSnapshot(`
    "It breaks "stop is final" (it is started at 1000) in the simulation, and not with real processes.
    The first difference is in line 2:
      simulated: two
      real:      three"
  `)
})

test('a failure breaks in a simulation and with real processes, by one timeline', async () => {
  using player = new Player()
  const simulated = await replaySimulated(failing, FAILURE, player)
  expect(simulated.text).toContain(
    'It still breaks "stop is final" (it is started at 1000), in the simulation.',
  )
  const { trace } = await player.play(failing, FAILURE.schedule)
  player[Symbol.dispose]()
  const real = await replayReal(failing, { ...FAILURE, hash: trace.timeline.hash() }, await openHarness())
  expect(real).toMatchObject({ kind: 'still breaks', sameTimeline: true })
})

test('a failure that was mended holds with real processes', async () => {
  const mended = resolveExploration(
    'mended',
    OPTIONS,
    restarting(() => true),
  )
  expect(await replayReal(mended, FAILURE, await openHarness())).toMatchObject({ kind: 'no longer fails' })
})

test('a subject that knows where it is fails in the simulation only', async () => {
  // A fault that a machine does not have would do the same.
  let plays = 0
  const exploration = resolveExploration('mended', OPTIONS, (world) =>
    restarting(() => plays > 1)(((plays += 1), world)),
  )
  const verdict = await replayReal(exploration, FAILURE, await openHarness())
  expect(verdict.text).toContain(
    'It breaks "stop is final" (it is started at 1000) in the simulation, and not with real',
  )
  expect(verdict.text).toMatch(/simulated: \[ .*1000 ms\] worker#2 .* spawned\n {2}real: .*\(nothing more\)$/)
})

test('agents that are forked are the same in both, also where their starts cannot be refused', async () => {
  const schedule: Failure['schedule'] = [
    { attempt: 1, fault: 'notFound', at: 'spawn' },
    { attempt: 1, fault: 'exit', at: 'ready' },
    { attempt: 2, fault: 'missingDirectory', at: 'spawn' },
    { attempt: 3, fault: 'signal', options: { signal: 'SIGKILL' }, at: { after: 300 } },
  ]
  const told: string[] = []
  const check = ({ timeline }: Trace): string => `it is told ${told.push(timeline.toString())} times`
  const forking = resolveExploration(
    'forking',
    { agents: ['worker'], within: 5000, invariants: [{ name: 'told', check }] },
    ({ agents: { worker }, timers }) => {
      const start = (): void => {
        const child = fork(worker.module, worker.args, { env: worker.env, silent: true })
        child.on('exit', () => timers.setTimeout(start, 1000))
        child.on('error', () => timers.setTimeout(start, 1000))
      }
      start()
    },
  )
  const verdict = await replayReal(forking, { breaks: 'told', schedule }, await openHarness())
  expect(verdict.text).toBe('It still breaks "told" (it is told 2 times), with real processes.')
  expect(told[1]).toBe(told[0])
  expect(told[0]).toMatchInlineSnapshot(`
    "[       0 ms] worker#1     spawned
    [       0 ms] worker#1     ready
    [       0 ms] worker#1     fault exit {"code":1}
    [       0 ms] worker#1     exited with code 1
    [    1000 ms] worker#2     fault missingDirectory {"code":"ENOENT"}
    [    1000 ms] worker#2     could not be spawned: ENOENT
    [    2000 ms] worker#3     spawned
    [    2000 ms] worker#3     ready
    [    2300 ms] worker#3     fault signal {"signal":"SIGKILL"}
    [    2300 ms] worker#3     killed by SIGKILL
    [    3300 ms] worker#4     spawned
    [    3300 ms] worker#4     ready"
  `)
})

test('what a simulation cannot play is played with real processes alone', async () => {
  const failure: Failure = {
    ...FAILURE,
    schedule: [{ attempt: 1, fault: 'garbageFrame', at: { after: 700 } }, ...FAILURE.schedule],
  }
  const verdict = await replayReal(failing, failure, await openHarness())
  expect(verdict.text).toBe('It still breaks "stop is final" (it is started at 1000), with real processes.')
})

test('who cannot have had a failure is told so before anything is played', async () => {
  const listeners = process.listenerCount('uncaughtException')
  onTestFinished(() => expect(process.listenerCount('uncaughtException')).toBe(listeners))
  const failure: Failure = { ...FAILURE, schedule: [{ step: 'leave', at: 1 }] }
  await expect(replayReal(failing, failure, await openHarness())).rejects.toMatchObject({
    code: 'ERR_FAILURE_INVALID',
  })
})

test('of a timeline that is too long for a reader the recorded lines are compared', () => {
  const long = (from: string): string[] => Array.from({ length: 500 }, (_, at) => `${from} ${at}`)
  const timeline = shownLines(long('line'))
  const text = (lines: readonly string[]): string =>
    verdictOf({ ...RECORDED, timeline }, { simulated: { ...BROKEN, hash: 'cccc', lines } }).text
  expect(text(long('line').with(300, 'another'))).toMatch(/\nThey differ in lines that are left out\.$/)
  expect(text(long('line').with(499, 'another'))).toMatch(/recorded: line 499\n {2}now: {6}another$/)
})
