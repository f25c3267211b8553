import { isAbsolute, normalize } from 'node:path'

import { SuperviseError } from '../errors.ts'
import type { Json } from '../json.ts'
import { type Check, isSignal, oneOf } from '../option-checks.ts'

/** Something that goes wrong in an agent, for real. Faults are plain values, made by {@link fault}. */
export interface Fault {
  readonly name: string
  /** What the agent is told besides the name. */
  readonly options: Readonly<Record<string, Json>>
  /** Where it strikes unless `at` says otherwise. */
  readonly at: 'spawn' | 'start' | 'ready'
  /** How messages call it, as in `exit(1)`. */
  readonly text: string
}

/** What there is to know of a fault before it is used. */
export interface FaultFacts {
  /** Where it can happen. */
  readonly on: readonly NodeJS.Platform[]
  /** What the machine must have or allow besides. Default: nothing. */
  readonly needs?: readonly Need[]
  /** The kind of mistake in a supervisor that it brings to light. */
  readonly finds: string
}

/** Something that not every machine of a platform has or allows. */
export type Need =
  | 'prlimit'
  | 'mkfifo'
  | 'limited processes'
  | 'limited permissions'
  | 'mount namespaces'
  | 'network namespaces'
  | 'strace'
  | 'faketime'

/** The facts of each fault of a chapter of the catalogue. */
export type FactsOf<Chapter> = Readonly<Record<keyof Chapter, FaultFacts>>

export const EVERYWHERE: readonly NodeJS.Platform[] = ['linux', 'darwin', 'win32']
export const POSIX: readonly NodeJS.Platform[] = ['linux', 'darwin']
export const LINUX: readonly NodeJS.Platform[] = ['linux']

export function make(name: string, at: Fault['at'], options: Record<string, Json> = {}): Fault {
  const shown = Object.values(options).map((value) =>
    typeof value === 'string' ? `'${value}'` : JSON.stringify(value),
  )
  return Object.freeze({ name, options: Object.freeze(options), at, text: `${name}(${shown.join(', ')})` })
}

/** Throws `ERR_OPTION_INVALID`, which names the argument, unless it passes. */
export function checkArgument(name: string, argument: string, value: unknown, problem: Check): void {
  const expected = problem(value, argument)
  if (expected === undefined) return
  const shown = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
  throw new SuperviseError(
    'ERR_OPTION_INVALID',
    `The argument \`${argument}\` of fault.${name} is ${shown}, but must be ${expected}.`,
    { option: argument, value },
  )
}

export const anySignal: Check = (value) =>
  isSignal(value) ? undefined : 'a signal of this system, such as "SIGTERM"'

export const ignorable: Check = (value) =>
  isSignal(value) && value !== 'SIGKILL' && value !== 'SIGSTOP'
    ? undefined
    : 'a signal of this system that can be ignored, such as "SIGTERM"'

export const filePath: Check = (value) =>
  typeof value === 'string' && value !== '' && !value.includes('\0') ? undefined : 'a path'

/** A path below the runtime directory, or that itself: what is elsewhere is not the test's to spoil. */
export const insidePath: Check = (value, name) =>
  filePath(value, name) === undefined &&
  !isAbsolute(String(value)) &&
  !/^\.\.(?:[\\/]|$)/.test(normalize(String(value)))
    ? undefined
    : 'a path inside the runtime directory, and relative to it'

/** The output of an agent that a fault is about. */
export type OutputName = 'stdout' | 'stderr'

export const outputName: Check = oneOf('stdout', 'stderr')
