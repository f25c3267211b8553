import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import type { ReportData } from '../../src/report/report-data.ts'
import { chromeTrace } from '../../src/report/trace.ts'
import { recorded, steps } from '../timeline/recorded.ts'
import { busyDay, crashLoop, recordingOf } from './recordings.ts'
import { runOf, testOf } from './runs.ts'

interface Written {
  readonly name: string
  readonly ph: string
  readonly ts: number
  readonly pid: number
  readonly tid: number
  readonly [field: string]: unknown
}

/** What the format asks of an event of each phase besides `name`, `ph`, `ts`, `pid` and `tid`. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  M: ['args'],
  X: ['cat', 'dur', 'args'],
  i: ['cat', 's', 'args'],
  s: ['cat', 'id'],
  f: ['cat', 'id', 'bp'],
}

function written(data: ReportData): Written[] {
  return (JSON.parse(chromeTrace(data)) as { traceEvents: Written[] }).traceEvents
}

/** Bars of one thread that begin before the one before has ended. */
function overlapping(events: readonly Written[]): Written[] {
  const threads = new Map<string, number>()
  return events
    .filter(({ ph }) => ph === 'X')
    .filter(({ pid, tid, ts, dur }) => {
      const free = threads.get(`${pid}/${tid}`) ?? -Infinity
      threads.set(`${pid}/${tid}`, ts + Number(dur))
      // Less than the ns to which times are rounded.
      return ts < free - 1e-4
    })
}

const run = runOf(
  testOf('crashes', [recordingOf(crashLoop(3)), recordingOf(crashLoop(2, 'db'))], {
    tries: [
      { number: 1, failed: true, recordings: [recordingOf(crashLoop(3)), recordingOf(crashLoop(2, 'db'))] },
      { number: 2, failed: false, recordings: [recordingOf(crashLoop(1))] },
    ],
  }),
  testOf('is busy', [recordingOf(busyDay(1000))]),
  testOf('runs in real time', [recordingOf(crashLoop(2), { virtual: false })]),
  testOf('has none', [], { tries: [] }),
)
const traceEvents = written(run)
const of = (ph: string): Written[] => traceEvents.filter((event) => event.ph === ph)

test('every event has the fields that its phase needs, and no others', () => {
  const common = ['name', 'ph', 'pid', 'tid', 'ts']
  const wrong = traceEvents.filter(({ ph, ...event }) => {
    const wanted = [...common, ...(FIELDS[ph] ?? ['no such phase'])].sort()
    return JSON.stringify(Object.keys({ ph, ...event }).sort()) !== JSON.stringify(wanted)
  })
  expect(wrong).toEqual([])
  expect(JSON.parse(chromeTrace(run))).toMatchObject({ displayTimeUnit: 'ms' })
})

test('times are numbers of µs, sorted, and no bar is without a length', () => {
  const times = traceEvents.filter(({ ph }) => ph !== 'M').map(({ ts }) => ts)
  expect(times.every((ts) => Number.isFinite(ts) && ts >= 0)).toBe(true)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(of('X').filter(({ dur }) => !(typeof dur === 'number' && dur > 0))).toEqual([])
  expect(of('i').every(({ s }) => s === 't')).toBe(true)
})

test('bars of one thread follow each other and never overlap', () => {
  expect(of('X').length).toBeGreaterThan(20)
  expect(overlapping(traceEvents)).toEqual([])
})

test('whatever happens, times ascend and bars do not overlap', () => {
  const property = fc.property(fc.array(steps, { maxLength: 60 }), (happened) => {
    const events = written(runOf(testOf('any', [recorded(happened).recording()])))
    const times = events.filter(({ ph }) => ph !== 'M').map(({ ts }) => ts)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(overlapping(events)).toEqual([])
  })
  fc.assert(property, { numRuns: 200, seed: 1 })
})

test('a process stands for each timeline, a thread for each lane, under names', () => {
  const names = of('M').filter(({ name }) => name === 'process_name')
  expect(names.map(({ args }) => args)).toEqual([
    { name: 'test/supervisor.test.ts › crashes › try 1' },
    { name: 'test/supervisor.test.ts › crashes › try 1 › harness 2' },
    { name: 'test/supervisor.test.ts › crashes › try 2' },
    { name: 'test/supervisor.test.ts › is busy' },
    { name: 'test/supervisor.test.ts › runs in real time' },
  ])
  const threads = of('M').filter(({ name, pid }) => name === 'thread_name' && pid === 1)
  expect(threads.map(({ args }) => args)).toEqual([{ name: 'web#1' }, { name: 'web#2' }, { name: 'web#3' }])
})

test('an instant stands for every event, at its virtual time, with both times in its args', () => {
  const instants = of('i').filter(({ pid }) => pid === 1)
  expect(instants.map(({ name }) => name).slice(0, 6)).toEqual([
    'spawned',
    'ready',
    'fault exit {"code":1}',
    'exited with code 1',
    'backoff 1000 ms',
    'spawned',
  ])
  expect(instants[5]).toMatchObject({
    ts: 1_000_000,
    args: { seq: 6, ms: 1000, virtual: true, realMs: 12.5, agent: 'web', attempt: 2 },
  })
})

test('time that was real is real in the trace', () => {
  const instants = of('i').filter(({ pid }) => pid === 5)
  expect(instants.map(({ ts }) => Math.round(ts))).toEqual([0, 0, 0, 0, 0, 1e6, 1e6, 1e6, 1e6, 1e6])
  expect(instants[0]).toMatchObject({ args: { virtual: false } })
})

test('an arrow leads from each exit to the next spawn, from bar to bar, each with an id of its own', () => {
  const [starts, ends] = [of('s'), of('f')]
  expect(new Set(starts.map(({ id }) => id)).size).toBe(starts.length)
  expect(new Set(ends.map(({ id }) => id))).toEqual(new Set(starts.map(({ id }) => id)))
  expect(starts.filter(({ pid }) => pid === 1)).toHaveLength(2)
  const outside = [...starts, ...ends].filter(
    (flow) =>
      !of('X').some(
        (bar) =>
          bar.pid === flow.pid &&
          bar.tid === flow.tid &&
          bar['name'] !== 'backoff' &&
          bar.ts <= flow.ts &&
          flow.ts <= bar.ts + Number(bar['dur']),
      ),
  )
  expect(outside).toEqual([])
})

test('however many lanes a timeline has, its times are gone through as often', () => {
  const looksAtTimes = (agents: number): number => {
    let looks = 0
    const moments = Array.from({ length: agents }, (_, at) => crashLoop(1, `agent-${at}`)).flat()
    const recording = new Proxy(recordingOf(moments), {
      get: (target, key) => {
        if (key === 'realTimes') looks++
        return Reflect.get(target, key) as unknown
      },
    })
    chromeTrace(runOf(testOf('x', [recording])))
    return looks
  }
  expect(looksAtTimes(9)).toBe(looksAtTimes(1))
})
