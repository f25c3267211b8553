import { getEventListeners } from 'node:events'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { ClockErrors } from '../../src/clock/clock-errors.ts'
import { Sleepers } from '../../src/clock/sleepers.ts'
import { TimerEngine } from '../../src/clock/timer-engine.ts'
import { realDelay, realNow, realTurn } from '../../src/real-time.ts'
import { until } from '../support/until.ts'

/** After so long somebody has looked who sleeps. Real ms. */
const LOOKED = 150
const SITE = new Error('the line of the test')
let engine: TimerEngine
let isResting: boolean
let idleSince: number | undefined

beforeEach(() => {
  engine = TimerEngine.install(0)
  isResting = true
  idleSince = -Infinity
})

afterEach(() => engine.uninstall())

function open(patience = 1): {
  sleepers: Sleepers
  log: string[]
  note(what: string, wait: Promise<void>): void
} {
  const situation = { describe: () => [] } as never
  const errors = new ClockErrors(patience, () => ({
    now: engine.now,
    situation,
    timers: [],
    open: [],
    inFlight: [],
    uncontrolled: [],
  }))
  const log: string[] = []
  return {
    log,
    sleepers: new Sleepers({
      engine,
      errors,
      patience,
      isAtRest: () => isResting,
      idleSince: () => idleSince,
    }),
    note: (what, wait) =>
      void wait.then(
        () => log.push(`${what} at ${engine.now}`),
        (error: { code?: string; message: string }) => log.push(`${what}: ${error.code ?? error.message}`),
      ),
  }
}

async function fire(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    engine.fire()
    await realTurn()
  }
}

test('whoever waits is woken at the time, and at once if that is now', async () => {
  const { sleepers, log, note } = open(60_000)
  note('a wait', sleepers.wait(20, undefined, SITE))
  note('a sleep', sleepers.sleep(10, undefined, SITE))
  note('no sleep', sleepers.sleep(0, undefined, SITE))
  note('nothing', sleepers.wait(-1, undefined, SITE))
  expect(engine.pending.map(({ at, stack }) => [at, stack])).toEqual([
    [10, SITE.stack],
    [20, SITE.stack],
  ])
  await realTurn()
  expect(log).toEqual(['no sleep at 0', 'nothing at 0'])
  await fire(2)
  expect(log.slice(2)).toEqual(['a sleep at 10', 'a wait at 20'])
  sleepers.stop()
})

test.each(['sleep', 'wait'] as const)(
  'an aborted %s ends with the reason, and leaves nothing',
  async (how) => {
    const { sleepers, log, note } = open(60_000)
    const stop = new AbortController()
    for (const ms of [10, 0]) note(`${ms}`, sleepers[how](ms, stop.signal, SITE))
    stop.abort(new Error('enough'))
    note('late', sleepers[how](10, stop.signal, SITE))
    await realTurn()
    expect(log.toSorted()).toEqual(['0: enough', '10: enough', 'late: enough'])
    expect([engine.next, getEventListeners(stop.signal, 'abort')]).toEqual([undefined, []])
    sleepers.stop()
  },
)

test('who has been woken listens no more', async () => {
  const { sleepers, log, note } = open(60_000)
  const { signal } = new AbortController()
  note('a sleep', sleepers.sleep(10, signal, SITE))
  note('no sleep', sleepers.sleep(0, signal, SITE))
  await realTurn()
  await fire(1)
  expect(log).toEqual(['no sleep at 0', 'a sleep at 10'])
  expect(getEventListeners(signal, 'abort')).toEqual([])
  sleepers.stop()
})

test('a sleep that nobody ends is given up, and a wait is not', async () => {
  const { sleepers, log, note } = open()
  note('a wait', sleepers.wait(10, undefined, SITE))
  const error = await sleepers.sleep(10, undefined, SITE).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    code: 'ERR_CLOCK_NOT_DRIVEN',
    ms: 10,
    stack: expect.stringContaining(SITE.stack?.split('\n')[1] ?? ''),
  })
  expect(log).toEqual([])
  expect(engine.pending.length).toBe(1)
})

test.each<[string, () => void]>([
  ['something real is under way', () => (isResting = false)],
  ['somebody moves time', () => (idleSince = undefined)],
  ['time has just been moved', () => (idleSince = realNow() + 200)],
])('a sleep is not given up while %s', async (_what, prepare) => {
  prepare()
  const { sleepers, log, note } = open()
  note('a sleep', sleepers.sleep(10, undefined, SITE))
  await realDelay(LOOKED)
  expect(log).toEqual([])
  isResting = true
  idleSince = -Infinity
  await until('the sleep is given up', () => log.length > 0)
  expect(log).toEqual(['a sleep: ERR_CLOCK_NOT_DRIVEN'])
})

test('nobody is given up after the end, nor twice', async () => {
  const { sleepers, log, note } = open()
  note('a sleep', sleepers.sleep(10, undefined, SITE))
  sleepers.stop()
  note('another', sleepers.sleep(10, undefined, SITE))
  await realDelay(LOOKED)
  expect(log).toEqual([])
})
