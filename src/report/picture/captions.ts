import { tenths } from '../tenths.ts'
import { fittingText, widthOf } from './text.ts'

/** A text that should stand at a place. */
export interface Caption {
  readonly text: string
  /** Px of what it is about. */
  readonly at: number
  /** The lowest are placed first. */
  readonly rank: number
}

export interface PlacedCaption {
  readonly text: string
  /** Px of its left end. */
  readonly left: number
}

/** Px between which there is room. */
export interface Room {
  readonly from: number
  readonly to: number
}

/** How far from what it is about a caption may stand. Px. */
const REACH = 46
const GAP = 6
/** What a sign takes to either side. */
const SIGN = 5

/** What is shorter than that says nothing. Characters. */
const LEAST = 9
/** What is longer than that is a sentence, which may be shortened rather than stand to the left. */
const SENTENCE = 14

/**
 * Puts captions on one line so that none touches another and they stand in the order of what they are about: each to the right of its
 * place, or a little further, or shortened, or else to the left of it. What finds no room is left out, and so is what its neighbour says, too.
 */
export function placeCaptions(captions: readonly Caption[], room: Room): PlacedCaption[] {
  const taken: Taken[] = []
  for (const { text, at } of captions.toSorted((a, b) => a.rank - b.rank || a.at - b.at)) {
    if (taken.some((other) => other.text === text && Math.abs(other.at - at) <= REACH)) continue
    const free = freeAround(at, taken, room)
    const place = placeOf(text, at, free)
    if (place) taken.push({ ...place, at, to: place.left + widthOf(place.text) })
  }
  return taken.sort((a, b) => a.left - b.left).map(({ text, left }) => ({ text, left: tenths(left) }))
}

interface Taken extends PlacedCaption {
  readonly at: number
  readonly to: number
}

/** Between the captions of what is before and of what is behind. */
function freeAround(at: number, taken: readonly Taken[], room: Room): Room {
  const before = taken.filter((other) => other.at <= at).map(({ to }) => to + GAP)
  const behind = taken.filter((other) => other.at > at).map(({ left }) => left - GAP)
  return { from: Math.max(room.from, ...before), to: Math.min(room.to, ...behind) }
}

function placeOf(text: string, at: number, free: Room): PlacedCaption | undefined {
  const width = widthOf(text)
  const right = Math.max(at - SIGN, free.from)
  const reaches = right - at <= REACH
  if (reaches && right + width <= free.to) return { text, left: right }
  const shortened = reaches ? fittingText(text, free.to - right) : ''
  const says = shortened.length >= LEAST
  if (says && text.length > SENTENCE) return { text: shortened, left: right }
  const left = Math.min(at + SIGN / 2, free.to) - width
  if (left >= free.from && left + width >= at - REACH) return { text, left }
  return says ? { text: shortened, left: right } : undefined
}
