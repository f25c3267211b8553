import type { TimelineEvent, TimelineKind } from '../timeline/events.ts'

/** How an event is drawn that is not told by the bars alone. */
export interface Sign {
  /** A path around 0, 0; about 10 px wide and high. */
  readonly shape: string
  /** Its colour: a class of the style sheet. */
  readonly look: 'bad' | 'order' | 'end' | 'traffic' | 'word'
  /** Whether only its outline is drawn. */
  readonly hollow: boolean
  /** What stands beside it. */
  readonly caption: string
  /** What it is called in the legend. */
  readonly meaning: string
  /** Where there is no room for all captions those of the lowest ranks stay. */
  readonly rank: number
}

/** The sign of an event; undefined for what its bar says: spawns, readiness and backoffs. */
export function signOf(event: TimelineEvent): Sign | undefined {
  switch (event.kind) {
    case 'spawn':
    case 'ready':
    case 'backoff':
      return undefined
    case 'exit':
      return exitSign(event)
    case 'request':
      return {
        ...SIGNS.request,
        hollow: event.status === undefined,
        caption: `${event.method} ${event.status ?? event.outcome}`,
      }
    default:
      return { ...SIGNS[event.kind], hollow: HOLLOW.has(event.kind), caption: captionOf(event) }
  }
}

type OwnSign = Exclude<TimelineKind, 'spawn' | 'ready' | 'backoff' | 'exit'>

/** Events of which only the outline is ever drawn. */
export const HOLLOW: ReadonlySet<string> = new Set(['spawn-failed', 'reset', 'stopped'])

const SQUARE = 'M-4.5 -4.5H4.5V4.5H-4.5Z'
const OCTAGON = 'M-2.3 -5.5H2.3L5.5 -2.3V2.3L2.3 5.5H-2.3L-5.5 2.3V-2.3Z'

const SIGNS: Readonly<Record<OwnSign, Omit<Sign, 'caption' | 'hollow'>>> = {
  crash: {
    shape:
      'M0 -6.5L1.6 -2.4L5.6 -3.7L3.2 -.2L5.6 3.5L1.6 2.3L0 6.5L-1.6 2.3L-5.6 3.5L-3.2 -.2L-5.6 -3.7L-1.6 -2.4Z',
    look: 'bad',
    meaning: 'not caught',
    rank: 0,
  },
  'gave-up': { shape: OCTAGON, look: 'bad', meaning: 'gave up', rank: 2 },
  'spawn-failed': {
    shape: 'M3.9 -3.9A5.5 5.5 0 1 0 -3.9 3.9A5.5 5.5 0 1 0 3.9 -3.9L-3.9 3.9',
    look: 'bad',
    meaning: 'could not be spawned',
    rank: 3,
  },
  'start-failed': { shape: 'M0 -6L6 5H-6Z', look: 'bad', meaning: 'start failed', rank: 4 },
  signal: { shape: 'M-5.5 -4.5H5.5L0 5.5Z', look: 'order', meaning: 'signal', rank: 5 },
  fault: {
    shape: 'M-5.5 -3.5L-3.5 -5.5L0 -2L3.5 -5.5L5.5 -3.5L2 0L5.5 3.5L3.5 5.5L0 2L-3.5 5.5L-5.5 3.5L-2 0Z',
    look: 'bad',
    meaning: 'fault',
    rank: 6,
  },
  step: { shape: 'M-4.5 -5.5V5.5L5.5 0Z', look: 'order', meaning: 'step', rank: 7 },
  stopped: { shape: OCTAGON, look: 'end', meaning: 'stopped', rank: 8 },
  request: { shape: 'M0 -6L6 0L0 6L-6 0Z', look: 'traffic', meaning: 'request', rank: 9 },
  cue: {
    shape: 'M0 -4.5A4.5 4.5 0 1 0 0 4.5A4.5 4.5 0 1 0 0 -4.5Z',
    look: 'word',
    meaning: 'cue',
    rank: 10,
  },
  note: { shape: 'M-4 -6H5L2.5 -2.5L5 1H-2.5V6H-4Z', look: 'word', meaning: 'note', rank: 11 },
  reset: {
    shape: 'M0 -4.5A4.5 4.5 0 1 0 0 4.5A4.5 4.5 0 1 0 0 -4.5Z',
    look: 'end',
    meaning: 'restart count reset',
    rank: 12,
  },
}

function exitSign({ exitCode, signal }: { exitCode: number | null; signal: string | null }): Sign {
  const caption = signal ?? (exitCode === null ? 'exited' : `exit ${exitCode}`)
  return { shape: SQUARE, look: 'end', hollow: exitCode === 0, caption, meaning: 'exit', rank: 1 }
}

function captionOf(event: Extract<TimelineEvent, { kind: Exclude<OwnSign, 'request'> }>): string {
  switch (event.kind) {
    case 'crash':
    case 'start-failed':
      return event.reason
    case 'spawn-failed':
      return event.code
    case 'signal':
      return event.signal
    case 'fault':
      return `fault: ${event.fault}`
    case 'cue':
      return event.name
    case 'note':
      return event.text
    case 'step':
      return event.outcome === 'called' ? event.step : `${event.step} ${event.outcome}`
    case 'gave-up':
      return 'gave up'
    case 'stopped':
      return 'stopped'
    case 'reset':
      return 'reset'
  }
}
