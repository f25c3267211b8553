import { isRecord } from '../src/json.ts'
import { refuse } from './welcome.ts'

/** What is expected of a value, unless it is that. */
type Shape = (value: unknown) => string | undefined

/**
 * Ends the process with a line on standard error if the script holds what the scripted agent cannot play. The test has
 * checked it better: this keeps garbage from being played, and ignores what it does not know.
 */
export function checkScript(script: object): void {
  for (const [name, value] of Object.entries(script)) {
    const expected = Object.hasOwn(SHAPES, name) && value !== undefined ? SHAPES[name]?.(value) : undefined
    if (expected !== undefined) refuse(`script.${name}`, value, expected)
  }
}

const time: Shape = (value) => (Number.isFinite(value) && Number(value) >= 0 ? undefined : 'a time in ms')
const text: Shape = (value) => (typeof value === 'string' ? undefined : 'a text')
const whole =
  (most: number): Shape =>
  (value) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most
      ? undefined
      : `a whole number from 0 to ${most}`
const exitCode = whole(2 ** 32 - 1)

const writes = record({ file: text, text, every: time })

const SHAPES: Readonly<Record<string, Shape>> = {
  startDelay: time,
  lifetime: time,
  exitCode,
  heartbeat: time,
  pidFile: text,
  writes: (value) =>
    isRecord(value) && 'file' in value && 'text' in value ? writes(value) : 'a file and a text',
  listen: whole(65_535),
  stdout: record({ start: text, ready: text, every: record({ ms: time, text }) }),
  stdin: text,
  children: (value) =>
    Array.isArray(value) && value.every((kind) => typeof kind === 'string') ? undefined : 'kinds of children',
  onSignal: (value) =>
    isRecord(value) && Object.entries(value).every(([signal, answer]) => isAnswer(signal, answer))
      ? undefined
      : 'answers like {"SIGTERM":{"drain":100,"exit":0}}',
}

function isAnswer(signal: string, answer: unknown): boolean {
  const { signals } = process.getBuiltinModule('node:os').constants
  const answerable = Object.hasOwn(signals, signal) && signal !== 'SIGKILL' && signal !== 'SIGSTOP'
  return answerable && (answer === 'ignore' || record({ drain: time, exit: exitCode })(answer) === undefined)
}

function record(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value) =>
    isRecord(value) &&
    Object.entries(shapes).every(
      ([name, shape]) => value[name] === undefined || shape(value[name]) === undefined,
    )
      ? undefined
      : `an object of ${Object.keys(shapes).join(', ')}`
}
