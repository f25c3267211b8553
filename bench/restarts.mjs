import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { install } from '@sinonjs/fake-timers'

import { createHarness } from '../dist/src/index.js'
import { atMost, figure, judged, median, show } from './figures.mjs'

const BACKOFF = 60_000
const GUARD = 5000
const HOUR = 3_600_000
/** A day. */
const RESTARTS = 1440
const SHORT = 20
/** Restarts before it is the other's turn, where a restart is compared with a spawn. */
const SERIES = 60

const now = performance.now.bind(performance)
const realTimeout = setTimeout

/**
 * A day of a supervisor's backoff over real crashing processes, and how often each way to spare the waiting gets the
 * right times: all of 0, 60 s, 120 s … and no start-up guard ever fired.
 */
export async function measure({ quick }) {
  const restarts = quick ? SERIES : RESTARTS
  const rounds = quick ? 2 : 16
  const runs = quick ? 2 : 20
  const raw = []
  const virtual = []
  await compareSeries()
  for (let round = 0; round < rounds; round++) {
    const { raws, virtuals } = await compareSeries(round % 2 === 0)
    raw.push(...raws)
    virtual.push(...virtuals)
  }
  const day = await inVirtualTime(restarts)
  const added = median(virtual) - median(raw)
  const seconds = day.took / 1000
  const [limit, right] = [atMost(10, 's', seconds), isRight(day.log, restarts)]
  const ways = {}
  for (const [way, run] of Object.entries(WAYS)) ways[way] = await countRight(run, runs)
  const { [OURS]: ours, ...naive } = ways
  return [
    {
      what: `a day of 60 s backoff: ${restarts} restarts of \`sh\` in virtual time`,
      of: figure([seconds], 's'),
      rivals: {
        'as many bare spawns, by their median': figure([(median(raw) * restarts) / 1000], 's'),
        'real time': figure([(restarts * BACKOFF) / HOUR], 'h'),
      },
      promise: { ...limit, met: limit.met && right },
      note: right ? 'every restart at its time' : 'WRONG TIMES',
    },
    {
      what: 'from one restart to the next in virtual time, without the backoff',
      of: figure(virtual),
      rivals: { 'bare `spawn` to exit': figure(raw) },
      promise: atMost(0.25, 'ms', added, 'more'),
      note: `the difference of the medians; in turn, ${SERIES} by ${SERIES}`,
    },
    {
      what: `${SHORT} restarts by a supervisor with a start-up guard: runs with the right times`,
      of: ours.right,
      rivals: Object.fromEntries(Object.entries(naive).map(([way, { right }]) => [way, right])),
      promise: judged(`${runs} of ${runs}`, `${ours.right.value} of ${runs}`, ours.right.value === runs),
      note: `of ${runs} runs each; a run takes ${Object.entries(ways)
        .map(([way, { took }]) => `${way} ${show(took)}`)
        .join(', ')}`,
    },
  ]
}

const OURS = 'virtual clock'
/** How a test may be spared the waiting. Real time is not, and goes at a thousandth of the delays. */
const WAYS = {
  [OURS]: async () => (await inVirtualTime(SHORT)).log,
  '`advanceTimersByTimeAsync(1000)` in a loop': () => withFakeTimers((clock) => clock.tickAsync(1000)),
  '`advanceTimersToNextTimerAsync()` in a loop': () => withFakeTimers((clock) => clock.nextAsync()),
  'real time, at a thousandth': inRealTime,
}

/** A series of bare spawns and one of restarts in virtual time. How long each took, in ms. */
async function compareSeries(rawFirst = true) {
  if (!rawFirst) {
    const virtuals = (await inVirtualTime(SERIES)).paces
    return { raws: await spawnRaw(SERIES), virtuals }
  }
  const raws = await spawnRaw(SERIES)
  return { raws, virtuals: (await inVirtualTime(SERIES)).paces }
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

/** How many of the runs have the right times, and how long they take. */
async function countRight(way, runs) {
  const took = []
  let right = 0
  for (let run = 0; run < runs; run++) {
    const began = now()
    if (isRight(await way(), SHORT)) right += 1
    took.push(now() - began)
  }
  return { right: figure([right], 'right'), took: figure(took) }
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
