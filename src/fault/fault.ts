import os from 'node:os'

import { SuperviseError } from '../errors.ts'
import type { Json } from '../json.ts'
import { type Check, wholeNumber } from '../option-checks.ts'

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

/**
 * The faults. Each throws `ERR_OPTION_INVALID`, which names the argument, for what cannot be meant. All strike at `ready`
 * unless said otherwise; which agent, attempt and point they strike is said to `FaultPlan.inject`.
 */
export const fault = Object.freeze({
  /** Exits with a code from 0 to 255, default 1, without any clean-up. */
  exit(code: number = 1): Fault {
    check('exit', 'code', code, wholeNumber(255))
    return make('exit', 'ready', { code })
  },
  /** Sends itself a signal, default `SIGKILL`, and dies of it or handles it. */
  signal(name: NodeJS.Signals = 'SIGKILL'): Fault {
    check('signal', 'name', name, anySignal)
    return make('signal', 'ready', { signal: name })
  },
  /** Blocks its event loop for ever, without burning CPU: it answers nothing, and only unhandled signals end it. */
  hang(): Fault {
    return make('hang', 'ready')
  },
  /** Stops as by SIGSTOP: not even SIGTERM has an effect before SIGCONT. Not on Windows. */
  freeze(): Fault {
    return make('freeze', 'ready')
  },
  /** Ignores a signal from then on, default `SIGTERM`. SIGKILL and SIGSTOP cannot be ignored. */
  ignoreSignal(signal: NodeJS.Signals = 'SIGTERM'): Fault {
    check('ignoreSignal', 'signal', signal, ignorable)
    return make('ignoreSignal', 'ready', { signal })
  },
  /** Is ready later, by so many ms of the test's time. Strikes at `start`. */
  slowStart(ms: number): Fault {
    check('slowStart', 'ms', ms, milliseconds)
    return make('slowStart', 'start', { ms })
  },
  /** Lives, and never says that it is ready. Strikes at `start`. */
  neverReady(): Fault {
    return make('neverReady', 'start')
  },
  /** Closes its connection to the test and lives on. */
  closeSocket(): Fault {
    return make('closeSocket', 'ready')
  },
  /** Cannot be started: the system finds no such file (ENOENT). Strikes at `spawn`. */
  notFound(): Fault {
    return make('notFound', 'spawn')
  },
  /** Cannot be started: the system may not execute the file (EACCES). Strikes at `spawn`. Not on Windows. */
  notExecutable(): Fault {
    return make('notExecutable', 'spawn')
  },
})

const anySignal: Check = (value) =>
  isSignal(value) ? undefined : 'a signal of this system, such as "SIGTERM"'
const ignorable: Check = (value) =>
  isSignal(value) && value !== 'SIGKILL' && value !== 'SIGSTOP'
    ? undefined
    : 'a signal of this system that can be ignored, such as "SIGTERM"'
const milliseconds: Check = (value) =>
  Number.isFinite(value) && Number(value) >= 0 ? undefined : 'a number of milliseconds, 0 or more'

function make(name: string, at: Fault['at'], options: Record<string, string | number> = {}): Fault {
  const shown = Object.values(options).map((value) => (typeof value === 'string' ? `'${value}'` : `${value}`))
  return Object.freeze({ name, options: Object.freeze(options), at, text: `${name}(${shown.join(', ')})` })
}

function check(name: string, argument: string, value: unknown, problem: Check): void {
  const expected = problem(value, argument)
  if (expected === undefined) return
  const shown = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
  throw new SuperviseError(
    'ERR_OPTION_INVALID',
    `The argument \`${argument}\` of fault.${name} is ${shown}, but must be ${expected}.`,
    { option: argument, value },
  )
}

function isSignal(value: unknown): boolean {
  return typeof value === 'string' && Object.hasOwn(os.constants.signals, value)
}
