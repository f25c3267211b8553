import { isRecord } from '../json.ts'
import type { RawFrame } from '../protocol/ndjson.ts'
import type { ParticipantFrame } from './frames.ts'

/** A chain of some hundred programs, each started by the one before. Characters. */
const LONGEST_PLACE = 1000

/** The frame as what its `t` says that it is; undefined if it does not look like that, or is of no kind that there is. */
export function participantFrame(frame: RawFrame): ParticipantFrame | undefined {
  const isKind = Object.hasOwn(SHAPES, frame.t)
  if (!isKind || !SHAPES[frame.t as ParticipantFrame['t']](frame)) return undefined
  return frame as unknown as ParticipantFrame
}

/** What each kind has to hold for the clock to be able to work with it. Whether it is true is another matter. */
const SHAPES: Readonly<Record<ParticipantFrame['t'], (frame: RawFrame) => boolean>> = {
  hello: ({ pid, place, thread, program, now }) =>
    isPid(pid) && isPlace(place) && isCount(thread) && typeof program === 'string' && Number.isFinite(now),
  rest: ({ heard, events, held, next = 0, timers, children, started }) =>
    [heard, events, held, started].every(isCount) &&
    Number.isFinite(next) &&
    Array.isArray(timers) &&
    timers.every(isTimer) &&
    Array.isArray(children) &&
    children.every(isPid),
  started: ({ pid }) => isPid(pid),
  busy: ({ with: work }) => Array.isArray(work) && work.every((name) => typeof name === 'string'),
  blocked: ({ by }) => typeof by === 'string',
  asleep: () => true,
  awake: () => true,
  uncontrolled: ({ timer }) => isUncontrolled(timer),
}

function isPid(value: unknown): boolean {
  return isCount(value) && Number(value) > 0
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isPlace(value: unknown): boolean {
  return typeof value === 'string' && value.length <= LONGEST_PLACE && /^\d+(?:\.\d+)*$/.test(value)
}

function isTimer(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { at, delay, kind, stack } = value
  return (
    Number.isFinite(at) && Number.isFinite(delay) && typeof kind === 'string' && typeof stack === 'string'
  )
}

function isUncontrolled(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { what, ms = 0, stack, count } = value
  return typeof what === 'string' && Number.isFinite(ms) && typeof stack === 'string' && isCount(count)
}
