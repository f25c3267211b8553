import { inspect } from 'node:util'

import { SuperviseError } from '../errors.ts'
import { isRecord, type Json } from '../json.ts'
import { checkOptions, oneOf } from '../option-checks.ts'
import { type Fault, make } from './make.ts'

/** What there is to know of a fault of the user's own. */
export interface FaultDefinition<Options> {
  /** Where it strikes unless `at` of `inject` says otherwise. Default `'ready'`; `'start'`: never after ready. */
  at?: 'start' | 'ready'
  /** What the options must be, as the end of a sentence, if they are not that. */
  check?: (options: Options) => string | undefined
}

/** Makes a fault of the user's own, with these options. */
export type FaultOf<Options> = (
  ...args: {} extends Options ? [options?: Options] : [options: Options]
) => Fault

/** Short enough for a line of the timeline, and nothing in it that would have to be escaped. */
const NAME = /^[a-z][\w-]{0,63}$/i

/** @param taken the names of our own faults */
export function defineFault(taken: readonly string[]) {
  /**
   * Makes a fault that agents play themselves: those that use `connect({ faults: { [name]: … } })`, or that say its name in
   * their `hello`. The options are JSON, and come to the agent as they are. Throws `ERR_OPTION_INVALID` for a name that is
   * taken or has other characters than letters, digits, `_` and `-`; so does the returned function for options that are no
   * JSON, or that `check` rejects.
   */
  return function define<Options extends { readonly [Name in keyof Options]: Json } = {}>(
    name: string,
    definition: FaultDefinition<Options> = {},
  ): FaultOf<Options> {
    checkName(name, taken)
    checkOptions('fault.define', definition, {
      at: oneOf('start', 'ready'),
      check: (value) => (typeof value === 'function' ? undefined : 'a function of the options'),
    })
    const { at = 'ready', check } = definition
    return (...[options = {} as Options]) => {
      const problem = isRecord(options) ? findNonJson(options) : 'an object'
      const expected = problem ?? check?.(options)
      if (expected !== undefined) throw invalidOptions(name, options, expected)
      return make(name, at, JSON.parse(JSON.stringify(options)) as Record<string, Json>)
    }
  }
}

function checkName(name: unknown, taken: readonly string[]): void {
  const valid = typeof name === 'string' && NAME.test(name)
  if (valid && !taken.includes(name)) return
  throw new SuperviseError(
    'ERR_OPTION_INVALID',
    valid
      ? `fault.define cannot take the name "${name}": \`fault.${name}\` is there already. Choose another one.`
      : `fault.define cannot take the name ${inspect(name)}: it must be letters, digits, "_" and "-", at most 64, and ` +
          `begin with a letter, as in 'lose-database'.`,
    { option: 'name', value: name },
  )
}

/** What a value must be to survive as JSON, if it does not. */
function findNonJson(value: unknown, path = ''): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) {
    return undefined
  }
  const plain = isRecord(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as null)
  if (!plain && !Array.isArray(value)) {
    return `JSON values; ${path === '' ? 'they are' : `\`${path.slice(1)}\` is`} ${inspect(value, { depth: 0 })}`
  }
  for (const [key, inner] of Object.entries(value)) {
    const problem = findNonJson(inner, `${path}.${key}`)
    if (problem !== undefined) return problem
  }
  return undefined
}

function invalidOptions(name: string, options: unknown, expected: string): SuperviseError {
  return new SuperviseError(
    'ERR_OPTION_INVALID',
    `The options of the fault ${name} are ${inspect(options, { depth: 1, breakLength: Infinity })}, but must be ${expected}.`,
    { option: 'options', value: options },
  )
}
