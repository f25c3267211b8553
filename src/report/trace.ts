import type { TimelineEvent } from '../timeline/events.ts'
import type { Recording } from '../timeline/recording.ts'
import { eventText } from '../timeline/text.ts'
import { realTimesOf, timesOf } from './times.ts'
import { type Bar, type Lane, lanesOf } from './lanes.ts'
import type { ReportData, ReportedTest, ReportedTry } from './report-data.ts'

/** An event of the Trace Event Format; `ts` and `dur` in µs. */
interface TraceEvent {
  readonly name: string
  readonly ph: 'M' | 'X' | 'i' | 's' | 'f'
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly cat?: string
  readonly dur?: number
  /** Of an instant: of its thread alone. */
  readonly s?: 't'
  readonly id?: number
  /** Of the end of a flow: at the bar that is there, not at the next. */
  readonly bp?: 'e'
  readonly args?: Readonly<Record<string, unknown>>
}

/**
 * The timelines of a run in the Trace Event Format, as JSON, which ui.perfetto.dev and chrome://tracing open: a process for each
 * timeline, a thread for each lane, a bar while it starts, is ready or waits, an instant for every event, and an arrow from an exit to the
 * spawn that follows. Times are virtual where a clock ruled, and real elsewhere; every event has both in its `args`, in ms.
 *
 * What happens at one instant of virtual time is drawn 10 ns apart, in its order: bars without a length would not be seen, and bars of
 * one thread may not overlap. `args` have the exact times.
 *
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
export function chromeTrace({ tests }: ReportData): string {
  const processes = tests.flatMap((test) =>
    test.tries.flatMap((one) =>
      one.recordings.map((recording, at) => ({ name: nameOf(test, one, at), recording })),
    ),
  )
  const events = processes.flatMap(({ name, recording }, at) => processEvents(at + 1, name, recording))
  const sorted = events.sort((a, b) => Number(b.ph === 'M') - Number(a.ph === 'M') || a.ts - b.ts)
  return JSON.stringify({ displayTimeUnit: 'ms', traceEvents: sorted })
}

const MICROSECONDS = 1000
/** What lies between events of one instant, in µs. */
const APART = 0.01

function nameOf(test: ReportedTest, { number }: ReportedTry, at: number): string {
  const parts = [
    ...(test.project === '' ? [] : [`[${test.project}]`]),
    test.file,
    ...test.names,
    ...(test.tries.length > 1 ? [`try ${number}`] : []),
    ...(at > 0 ? [`harness ${at + 1}`] : []),
  ]
  return parts.join(' › ')
}

function processEvents(pid: number, name: string, recording: Recording): TraceEvent[] {
  const lanes = lanesOf(recording.events)
  const moments = { places: placesOf(recording), times: timesOf(recording), reals: realTimesOf(recording) }
  const { places } = moments
  return [
    { name: 'process_name', ph: 'M', pid, tid: 0, ts: 0, args: { name } },
    { name: 'process_sort_index', ph: 'M', pid, tid: 0, ts: 0, args: { sort_index: pid } },
    ...lanes.flatMap((lane, at) => laneEvents(pid, at + 1, lane, recording, moments)),
    ...flows(pid, lanes, recording.events, places),
  ]
}

/** Of each event and of the end: once for all lanes. */
interface Moments {
  /** Where they are drawn, in µs. */
  readonly places: readonly number[]
  readonly times: readonly number[]
  readonly reals: readonly number[] | undefined
}

function laneEvents(
  pid: number,
  tid: number,
  lane: Lane,
  recording: Recording,
  { places, times, reals }: Moments,
): TraceEvent[] {
  const where = { pid, tid }
  const at = (index: number): number => places[index] ?? 0
  const between = (list: readonly number[] | undefined, { from, to }: Bar): number | undefined =>
    list && (list[to] ?? 0) - (list[from] ?? 0)
  return [
    { name: 'thread_name', ph: 'M', ...where, ts: 0, args: { name: lane.name } },
    { name: 'thread_sort_index', ph: 'M', ...where, ts: 0, args: { sort_index: tid } },
    ...lane.bars.map((bar): TraceEvent => ({
      name: bar.phase,
      cat: 'phase',
      ph: 'X',
      ...where,
      ts: at(bar.from),
      dur: rounded(at(bar.to) - at(bar.from)),
      args: { end: bar.end, ms: between(times, bar), realMs: between(reals, bar) },
    })),
    ...lane.events.flatMap((index): TraceEvent[] => {
      const event = recording.events[index]
      if (!event) return []
      const { seq, time, virtual, kind, ...rest } = event
      const args = { seq, ms: time, virtual, realMs: reals?.[index], ...rest }
      return [{ name: eventText(event), cat: kind, ph: 'i', s: 't', ...where, ts: at(index), args }]
    }),
  ]
}

/** From the last moment of each attempt to the first of the next one of its agent. */
function flows(
  pid: number,
  lanes: readonly Lane[],
  events: readonly TimelineEvent[],
  places: readonly number[],
): TraceEvent[] {
  const lives = lanes.flatMap((lane, at) => {
    const life = lane.bars.filter(({ phase }) => phase !== 'backoff')
    const [first, last] = [life[0], life.at(-1)]
    return first && last ? [{ agent: lane.agent, tid: at + 1, first, last }] : []
  })
  return lives.flatMap(({ agent, tid, last }, at) => {
    const next = lives.slice(at + 1).find((other) => other.agent === agent)
    // An attempt that begins before the one before has ended does not follow from its end.
    if (!next || last.to >= events.length || next.first.from <= last.to) return []
    const [end, start] = [places[last.to] ?? 0, places[next.first.from] ?? 0]
    const shared = { name: 'restart', cat: 'restart', pid, id: flowId(pid, tid) }
    return [
      { ...shared, ph: 's', tid, ts: rounded(end - APART / 2) },
      { ...shared, ph: 'f', bp: 'e', tid: next.tid, ts: rounded(start + APART / 2) },
    ]
  })
}

/** Ids are of the whole file; no timeline has a million lanes. */
function flowId(pid: number, tid: number): number {
  return pid * 1_000_000 + tid
}

/** Of each event and of the end, in µs, each later than the one before. */
function placesOf(recording: Recording): readonly number[] {
  const virtual = recording.events.some((event) => event.virtual)
  const times = (virtual ? undefined : realTimesOf(recording)) ?? timesOf(recording)
  let latest = -Infinity
  return times.map((time) => (latest = rounded(Math.max(time * MICROSECONDS, latest + APART))))
}

/** To the ns, which is what the viewers know. */
function rounded(microseconds: number): number {
  return Math.round(microseconds * 1000) / 1000
}
