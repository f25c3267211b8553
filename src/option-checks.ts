import os from 'node:os'
import { inspect } from 'node:util'

import { SuperviseError } from './errors.ts'

/** What the value at `path` must be, if it is not that. May throw for what is wrong inside it. */
export type Check = (value: unknown, path: string) => string | undefined

/** The check of every option that there is, by name. */
export type Checks = Readonly<Record<string, Check>>

/**
 * Throws `ERR_OPTION_UNKNOWN` for an option that has no check and `ERR_OPTION_INVALID` for one that fails it. What is
 * undefined passes.
 * @param where how messages call these options
 * @param within what comes before an option's name in its path, as `script.` does
 */
export function checkOptions(where: string, options: object, checks: Checks, within = ''): void {
  checkNames(where, options, Object.keys(checks), within)
  for (const [name, value] of Object.entries(options)) {
    const path = within + name
    const expected = value === undefined ? undefined : checks[name]?.(value, path)
    if (expected !== undefined) throw invalidOption(where, path, value, expected)
  }
}

/** Throws `ERR_OPTION_UNKNOWN` for an option that is none of `known`. */
export function checkNames(where: string, options: object, known: readonly string[], within = ''): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknownOption(where, within, name, known)
  }
}

export function invalidOption(where: string, path: string, value: unknown, expected: string): SuperviseError {
  return new SuperviseError(
    'ERR_OPTION_INVALID',
    `The ${where} option \`${path}\` is ${show(value)}, but must be ${expected}.`,
    { option: path, value },
  )
}

export function oneOf(...allowed: readonly (string | boolean)[]): Check {
  return (value) => (allowed.some((one) => one === value) ? undefined : allowed.map(show).join(' or '))
}

/** A time that can be waited for and written as JSON, which has no `Infinity`. */
export const milliseconds: Check = (value) =>
  Number.isFinite(value) && Number(value) >= 0 ? undefined : 'a finite number of milliseconds, 0 or more'

/** @param most default: no limit */
export function wholeNumber(most = Infinity): Check {
  return (value) => {
    if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most) return undefined
    return most === Infinity ? 'a whole number, 0 or more' : `a whole number from 0 to ${most}`
  }
}

export function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/** What of the options is given: what is undefined is not. */
export function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** Whether this is a signal that the system knows by this name. */
export function isSignal(value: unknown): value is NodeJS.Signals {
  return typeof value === 'string' && Object.hasOwn(os.constants.signals, value)
}

/** The name that was probably meant, as a question to put behind a message; else nothing. */
export function didYouMean(meant: string, known: readonly string[]): string {
  const lower = meant.toLowerCase()
  const distance = (name: string): number => differingLetters(name.toLowerCase(), lower)
  const [nearest = ''] = known.toSorted((one, other) => distance(one) - distance(other))
  const close = distance(nearest) <= 2 ? nearest : known.find((name) => name.toLowerCase().startsWith(lower))
  return close ? ` Did you mean \`${close}\`?` : ''
}

function unknownOption(
  where: string,
  within: string,
  name: string,
  known: readonly string[],
): SuperviseError {
  const option = within + name
  return new SuperviseError(
    'ERR_OPTION_UNKNOWN',
    `There is no ${where} option \`${option}\`.${didYouMean(name, known)} The options are ` +
      `${known.map((one) => `\`${one}\``).join(', ')}.`,
    { option },
  )
}

/** How many letters one name has more than the other, wherever they stand: 1 for a slip, 2 for a wrong letter. */
function differingLetters(one: string, other: string): number {
  const counts = new Map<string, number>()
  for (const letter of one) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  for (const letter of other) counts.set(letter, (counts.get(letter) ?? 0) - 1)
  return [...counts.values()].reduce((sum, count) => sum + Math.abs(count), 0)
}

function show(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : inspect(value, { breakLength: Infinity, depth: 1 })
}
