import type { TimelineEvent } from '../../timeline/events.ts'
import { type Sign, signOf } from '../signs.ts'

/** What a mark looks like; the same object for all that look the same. */
export interface Glyph {
  /** A path around 0, 0; about 10 px wide and high. */
  readonly shape: string
  /** Its colour: a class, and a variable, of the style sheet. */
  readonly look: Sign['look'] | 'start' | 'up' | 'wait'
  readonly hollow: boolean
  /** What it is called in the legend. */
  readonly meaning: string
  /** What is drawn on top: 2 is on 1, 1 is on 0. */
  readonly layer: 0 | 1 | 2
}

export const LOOKS: readonly Glyph['look'][] = [
  'bad',
  'order',
  'end',
  'traffic',
  'word',
  'start',
  'up',
  'wait',
]

/** As in the pictures; and what pictures tell by bars alone has a mark here, too, since every event can be chosen. */
export function glyphOf(event: TimelineEvent): Glyph {
  const sign = signOf(event)
  if (!sign) return BEGINNINGS[event.kind as keyof typeof BEGINNINGS]
  const { shape, look, hollow, meaning, rank } = sign
  const key = `${look} ${hollow} ${meaning}`
  const glyph = known.get(key) ?? {
    shape,
    look,
    hollow,
    meaning: meaningOf(event, meaning),
    layer: layerOf(rank),
  }
  known.set(key, glyph)
  return glyph
}

const known = new Map<string, Glyph>()

/** Of events with which bars begin. */
const BEGINNINGS: Readonly<Record<'spawn' | 'ready' | 'backoff', Glyph>> = {
  spawn: {
    shape: 'M-4 -5L-1 -5L4 0L-1 5H-4L0.6 0Z',
    look: 'start',
    hollow: false,
    meaning: 'spawned',
    layer: 0,
  },
  ready: {
    shape: 'M-5 0.2L-3.2 -1.7L-1.4 0.2L3.2 -4.6L5 -2.7L-1.4 4Z',
    look: 'up',
    hollow: false,
    meaning: 'ready',
    layer: 0,
  },
  backoff: {
    shape: 'M-4 -4.5H-1.2V4.5H-4ZM1.2 -4.5H4V4.5H1.2Z',
    look: 'wait',
    hollow: false,
    meaning: 'backoff',
    layer: 0,
  },
}

function meaningOf(event: TimelineEvent, meaning: string): string {
  if (event.kind === 'exit') return event.exitCode === 0 ? 'exit with code 0' : 'other exits'
  if (event.kind === 'request' && event.status === undefined) return 'request without an answer'
  return meaning
}

function layerOf(rank: number): 1 | 2 {
  return rank < 7 ? 2 : 1
}
