import type { FaultOptions } from './stage.ts'

/** The number from 0 at `name`. Throws when it is none. */
export function count(options: FaultOptions, name: string, standard?: number): number {
  const value = options[name] ?? standard
  if (typeof value === 'number' && value >= 0) return value
  throw new Error(`its option "${name}" is ${JSON.stringify(value)}, not a number from 0`)
}

/** The signal of this system at `signal`. Throws when it is none. */
export function signalName(options: FaultOptions, standard: NodeJS.Signals): NodeJS.Signals {
  const name = options['signal'] ?? standard
  const { signals } = process.getBuiltinModule('node:os').constants
  if (typeof name === 'string' && Object.hasOwn(signals, name)) return name as NodeJS.Signals
  throw new Error(`${JSON.stringify(name)} is no signal of this system`)
}
