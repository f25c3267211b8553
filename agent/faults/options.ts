import type { FaultOptions } from './stage.ts'

/** The number from 0 at `name`. Throws when it is none. */
export function count(options: FaultOptions, name: string, standard?: number): number {
  const value = options[name] ?? standard
  if (typeof value === 'number' && value >= 0) return value
  throw new Error(`its option "${name}" is ${JSON.stringify(value)}, not a number from 0`)
}

/** The text at `name`. Throws when it is none. */
export function text(options: FaultOptions, name: string, standard?: string): string {
  const value = options[name] ?? standard
  if (typeof value === 'string' && value !== '') return value
  throw new Error(`its option "${name}" is ${JSON.stringify(value)}, not a text`)
}

/** The signal of this system at `name`. Throws when it is none. */
export function signalName(options: FaultOptions, standard: NodeJS.Signals, name = 'signal'): NodeJS.Signals {
  const value = options[name] ?? standard
  const { signals } = process.getBuiltinModule('node:os').constants
  if (typeof value === 'string' && Object.hasOwn(signals, value)) return value as NodeJS.Signals
  throw new Error(`${JSON.stringify(value)} is no signal of this system`)
}

/** The output that `stream` names, default stdout, with its descriptor. Throws when it names none. */
export function output(options: FaultOptions): { readonly stream: 'stdout' | 'stderr'; readonly fd: 1 | 2 } {
  const stream = options['stream'] ?? 'stdout'
  if (stream === 'stdout') return { stream, fd: 1 }
  if (stream === 'stderr') return { stream, fd: 2 }
  throw new Error(`its option "stream" is ${JSON.stringify(stream)}, neither "stdout" nor "stderr"`)
}
