import type { Json } from '../src/json.ts'

/** What a fault does its work upon. */
export interface Stage {
  /** Whether `ready` has been said. */
  readonly ready: boolean
  /** Makes `ready` wait this long; `Infinity`: it is never said. */
  delayReady(ms: number): void
  /** Ignores this signal from now on, whatever else listens for it. */
  ignore(signal: NodeJS.Signals): void
  /** Closes the connection to the test and lives on. */
  disconnect(): void
  /** Says that nothing will happen here any more. */
  park(): void
}

/** The options of a fault, as the test ordered it. */
export type FaultOptions = { readonly [option: string]: Json }

/** Tells the test that the fault has fired, then does `deed` as soon as that is out. */
export type Confirm = (proof: Json, deed?: () => void) => void

/**
 * A fault: does what its name says, and calls `confirm` once, while it still can. Throws before that when it cannot
 * be played.
 */
export type Fault = (options: FaultOptions, stage: Stage, confirm: Confirm) => void

/** The fault of this name, if this system can play it. */
export function findFault(name: string): Fault | undefined {
  return faults.get(name)
}

/** The names of all faults that this system can play: what `hello` says under `can`. */
export function faultNames(): string[] {
  return [...faults.keys()]
}

const posix = process.platform !== 'win32'

const faults: ReadonlyMap<string, Fault> = new Map<string, Fault>([
  ['exit', exit],
  ['signal', signal],
  ['hang', hang],
  ...(posix ? ([['freeze', freeze]] as const) : []),
  ['ignoreSignal', ignoreSignal],
  ['slowStart', slowStart],
  ['neverReady', neverReady],
  ['closeSocket', closeSocket],
])

/** Exits with `code`, default 1, without any clean-up. */
function exit(options: FaultOptions, _stage: Stage, confirm: Confirm): void {
  const code = count(options, 'code', 1)
  if (!Number.isInteger(code) || code > 2 ** 32 - 1) throw new Error(`${code} is no exit code`)
  confirm({ code }, () => process.exit(code))
}

/** Sends `signal`, default SIGKILL, to itself. */
function signal(options: FaultOptions, _stage: Stage, confirm: Confirm): void {
  const name = signalName(options, 'SIGKILL')
  confirm({ signal: name }, () => process.kill(process.pid, name))
}

/** Blocks the event loop for ever, without burning CPU. */
function hang(_options: FaultOptions, stage: Stage, confirm: Confirm): void {
  confirm(null, () => {
    stage.park()
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })
}

/** Stops itself as by a job-control stop, until SIGCONT. */
function freeze(_options: FaultOptions, stage: Stage, confirm: Confirm): void {
  confirm({ signal: 'SIGSTOP' }, () => {
    stage.park()
    process.kill(process.pid, 'SIGSTOP')
  })
}

/** Ignores `signal`, default SIGTERM, from now on. */
function ignoreSignal(options: FaultOptions, stage: Stage, confirm: Confirm): void {
  const name = signalName(options, 'SIGTERM')
  stage.ignore(name)
  confirm({ signal: name })
}

/** Says ready `ms` later than it would. */
function slowStart(options: FaultOptions, stage: Stage, confirm: Confirm): void {
  const ms = count(options, 'ms')
  delay(stage, ms)
  confirm({ ms })
}

/** Never says ready. */
function neverReady(_options: FaultOptions, stage: Stage, confirm: Confirm): void {
  delay(stage, Infinity)
  confirm(null)
}

/** Closes the connection to the test and lives on. */
function closeSocket(_options: FaultOptions, stage: Stage, confirm: Confirm): void {
  confirm(null, () => stage.disconnect())
}

function delay(stage: Stage, ms: number): void {
  if (stage.ready) throw new Error('the agent is ready already')
  stage.delayReady(ms)
}

function count(options: FaultOptions, name: string, standard?: number): number {
  const value = options[name] ?? standard
  if (typeof value === 'number' && value >= 0) return value
  throw new Error(`its option "${name}" is ${JSON.stringify(value)}, not a number from 0`)
}

function signalName(options: FaultOptions, standard: NodeJS.Signals): NodeJS.Signals {
  const name = options['signal'] ?? standard
  const { signals } = process.getBuiltinModule('node:os').constants
  if (typeof name === 'string' && Object.hasOwn(signals, name)) return name as NodeJS.Signals
  throw new Error(`${JSON.stringify(name)} is no signal of this system`)
}
