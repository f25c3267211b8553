import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { install } from '@sinonjs/fake-timers'

import { createHarness } from '../dist/src/index.js'
import { median, ms } from './statistics.mjs'

const BACKOFF = 60_000
const GUARD = 5000
/** A day. */
const RESTARTS = 1440
const SHORT = 20
const RUNS = 20

const now = performance.now.bind(performance)
const realTimeout = setTimeout

/**
 * A day of a supervisor's backoff over real crashing processes, and how often each way to spare the waiting gets the
 * right times: all of 0, 60 s, 120 s … and no start-up guard ever fired.
 */
export async function benchRestarts() {
  const before = await spawnRaw(RESTARTS / 2)
  const virtual = await inVirtualTime(RESTARTS)
  const raw = [...before, ...(await spawnRaw(RESTARTS / 2))]
  const sum = (times) => times.reduce((total, time) => total + time, 0)
  const rights = {
    'virtual clock': await countRight(async () => (await inVirtualTime(SHORT)).log),
    'fake timers, `advanceTimersByTimeAsync(1000)` in a loop': await countRight(() =>
      withFakeTimers((clock) => clock.tickAsync(1000)),
    ),
    'fake timers, `advanceTimersToNextTimerAsync()` in a loop': await countRight(() =>
      withFakeTimers((clock) => clock.nextAsync()),
    ),
    'real time, at a thousandth of the delays': await countRight(inRealTime),
  }
  return [
    {
      what: `${RESTARTS} spawns of \`sh\`, one after the other`,
      value: ms(sum(raw)),
      note: `p50 ${ms(median(raw))} each, half of them before, half after`,
    },
    {
      what: `a day of 60 s backoff, ${RESTARTS} restarts of \`sh\`, virtual clock`,
      value: ms(virtual.took),
      against: `${(median(virtual.paces) - median(raw)).toFixed(2)} ms a restart more`,
      promised: '10 s, 0.25 ms',
      note: `p50 ${ms(median(virtual.paces))}; ${isRight(virtual.log, RESTARTS) ? 'every time right' : 'WRONG TIMES'}`,
    },
    ...Object.entries(rights).map(([way, { right, took }]) => ({
      what: `${SHORT} restarts: ${way}`,
      value: ms(took),
      against: `right in ${right} of ${RUNS} runs`,
    })),
  ]
}

/** An ordinary supervisor: a guard for the start, a timer for the backoff. Gives back when it started its child. */
function supervise(restarts, { backoff = BACKOFF, guard = GUARD } = {}) {
  const log = []
  const paces = []
  const began = Date.now()
  let last
  const done = new Promise((resolve) => {
    const start = () => {
      log.push(Date.now() - began)
      if (last !== undefined) paces.push(now() - last)
      last = now()
      const child = spawn('sh', ['-c', 'exit 1'], { stdio: 'ignore' })
      const timer = setTimeout(() => log.push('guard'), guard)
      child.once('exit', () => {
        clearTimeout(timer)
        if (log.filter(Number.isInteger).length > restarts) resolve()
        else setTimeout(start, backoff)
      })
    }
    start()
  })
  return { log, paces, done }
}

function isRight(log, restarts, backoff = BACKOFF) {
  return log.length === restarts + 1 && log.every((time, index) => time === index * backoff)
}

async function countRight(way) {
  let right = 0
  const began = now()
  for (let run = 0; run < RUNS; run++) if (isRight(await way(), SHORT)) right += 1
  return { right, took: (now() - began) / RUNS }
}

async function inVirtualTime(restarts) {
  const harness = await createHarness()
  try {
    const clock = harness.installClock()
    const began = now()
    const { log, paces, done } = supervise(restarts)
    await clock.runUntil(done, { limit: Infinity })
    return { log, paces, took: now() - began }
  } finally {
    await harness.close()
  }
}

/** As `vi.useFakeTimers()` does it: with the same engine, and everything faked but `nextTick` and microtasks. */
async function withFakeTimers(step) {
  const clock = install({ toNotFake: ['nextTick', 'queueMicrotask'] })
  try {
    const { log, done } = supervise(SHORT)
    const race = { over: false }
    void done.then(() => (race.over = true))
    for (let steps = 0; !race.over && steps < 5000; steps++) {
      await step(clock)
      // Whoever advances time in a loop lets the event loop turn, or no exit would ever be heard.
      await new Promise((resolve) => realTimeout(resolve, 0))
    }
    return log
  } finally {
    clock.uninstall()
  }
}

async function inRealTime() {
  const { log, done } = supervise(SHORT, { backoff: BACKOFF / 1000, guard: GUARD / 1000 })
  await done
  return log.map((time) => (time === 'guard' ? time : time * 1000))
}

/** How long each took, in ms. */
async function spawnRaw(count) {
  const paces = []
  for (let index = 0; index < count; index++) {
    const began = now()
    await once(spawn('sh', ['-c', 'exit 1'], { stdio: 'ignore' }), 'exit')
    paces.push(now() - began)
  }
  return paces
}
