import { inspect } from 'node:util'

import { SuperviseError } from '../errors.ts'

/** Throws `ERR_OPTION_INVALID` unless time can move by this. @param call how the method is called */
export function assertDuration(call: string, ms: number): void {
  if (Number.isFinite(ms) && ms >= 0) return
  throw new SuperviseError(
    'ERR_OPTION_INVALID',
    `clock.${call}() was given ${String(ms)}, but takes a number of milliseconds, 0 or more.`,
    { option: 'ms', value: ms },
  )
}

export function notAJump(as: unknown): SuperviseError {
  return new SuperviseError(
    'ERR_OPTION_INVALID',
    `clock.jump() was given \`as\`: ${inspect(as)}, but takes { as: 'wall' }, by which \`Date\` jumps, or { as: 'sleep' }, by which ` +
      'the machine was suspended.',
    { option: 'as', value: as },
  )
}

export function notALimit(limit: unknown): SuperviseError {
  return new SuperviseError(
    'ERR_OPTION_INVALID',
    `clock.runUntil() was given \`limit\`: ${inspect(limit)}, but takes a number of milliseconds, 0 or more.`,
    { option: 'limit', value: limit },
  )
}

/** What a condition answers. Throws `ERR_OPTION_INVALID` for what is neither true nor false. */
export function holds(condition: unknown): boolean {
  if (typeof condition === 'boolean') return condition
  throw new SuperviseError(
    'ERR_OPTION_INVALID',
    `The condition that clock.runUntil() was given answered ${condition instanceof Promise ? 'a promise' : inspect(condition)}, but ` +
      'must answer true or false at once. To wait for a promise, pass the promise itself.',
    { option: 'condition', value: condition },
  )
}

export function notAwaitable(what: unknown): SuperviseError {
  return new SuperviseError(
    'ERR_OPTION_INVALID',
    `clock.runUntil() was given ${inspect(what)}, but takes a promise, or a function that answers true or false. To move by a ` +
      'number of milliseconds call clock.advance(ms).',
    { option: 'what', value: what },
  )
}
