import { isRecord } from '../src/json.ts'
import type { AgentScript, FaultOrder } from '../src/protocol/frames.ts'
import { excerpt, type RawFrame } from '../src/protocol/ndjson.ts'
import { die } from './complain.ts'

/** What the test says first. */
export interface Welcome {
  readonly attempt: number
  readonly faults: readonly FaultOrder[]
  readonly script: AgentScript
}

/** Without a test there is nothing to play. */
export const NO_WELCOME: Welcome = { attempt: 1, faults: [], script: {} }

/** Reads a welcome. What is missing has its default; one that is none ends the process with a line on standard error. */
export function readWelcome({ attempt = 1, faults = [], script = {} }: RawFrame): Welcome {
  if (!isCount(attempt)) refuse('attempt', attempt, 'a number from 1')
  if (!Array.isArray(faults)) refuse('faults', faults, 'a list of orders')
  for (const order of faults as unknown[]) {
    if (!isOrder(order))
      refuse('faults', order, 'orders like {"id":1,"name":"exit","options":{},"at":"ready"}')
  }
  if (!isRecord(script)) refuse('script', script, 'an object')
  return { attempt, faults: faults as FaultOrder[], script }
}

/** The options of an order; undefined if they are none. */
export function readOptions(options: unknown): FaultOrder['options'] | undefined {
  if (options === undefined || options === null) return {}
  return isRecord(options) ? (options as FaultOrder['options']) : undefined
}

/** Ends the process with a line on standard error about a part of the welcome. */
export function refuse(part: string, value: unknown, expected: string): never {
  die(
    `the test sent a welcome with ${excerpt(textOf(value))} under "${part}", where ${expected} was expected.`,
  )
}

function isOrder(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { id, name, options, at } = value
  return (
    Number.isFinite(id) &&
    typeof name === 'string' &&
    readOptions(options) !== undefined &&
    (typeof at === 'string' || isPoint(at))
  )
}

/** What is later than this version's points is the player's to leave out. */
function isPoint(at: unknown): boolean {
  if (!isRecord(at)) return false
  const { message = 1, after = 0, cue = '' } = at
  return Number.isFinite(message) && Number.isFinite(after) && typeof cue === 'string'
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return '…' // Nested too deeply to be written.
  }
}
