import { constants } from 'node:os'

import { SuperviseError } from './errors.ts'
import { isRecord } from './json.ts'
import {
  type Check,
  type Checks,
  checkOptions,
  didYouMean,
  invalidOption,
  milliseconds,
  oneOf,
  wholeNumber,
} from './option-checks.ts'
import type { AgentScript } from './protocol/frames.ts'

type Stdout = NonNullable<AgentScript['stdout']>
type Writes = NonNullable<AgentScript['writes']>
type Answer = Exclude<NonNullable<AgentScript['onSignal']>[NodeJS.Signals], string | undefined>

/** No program gets to see these. */
const UNANSWERABLE = new Set(['SIGKILL', 'SIGSTOP'])

const PERIOD: Check = (value) =>
  Number.isFinite(value) && Number(value) > 0 ? undefined : 'a finite number of milliseconds, more than 0'
const EXIT_CODE = wholeNumber(process.platform === 'win32' ? 0xffff_ffff : 255)
const TEXT: Check = (value) => (typeof value === 'string' ? undefined : 'a string')

const EVERY: Record<keyof NonNullable<Stdout['every']>, Check> = { ms: PERIOD, text: TEXT }
const STDOUT: Record<keyof Stdout, Check> = {
  start: TEXT,
  ready: TEXT,
  every: (value, path) =>
    isRecord(value) && 'ms' in value && 'text' in value ? inside(value, path, EVERY) : '{ ms, text }',
}
const PATH: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'a path')
const WRITES: Record<keyof Writes, Check> = { file: PATH, text: TEXT, every: PERIOD }
const ANSWER: Record<keyof Answer, Check> = { drain: milliseconds, exit: EXIT_CODE }
const CHILD = oneOf('ordinary', 'ignore-sigterm', 'setsid')

const SCRIPT: Record<keyof AgentScript, Check> = {
  startDelay: milliseconds,
  lifetime: milliseconds,
  exitCode: EXIT_CODE,
  heartbeat: PERIOD,
  pidFile: PATH,
  writes: (value, path) =>
    isRecord(value) && 'file' in value && 'text' in value
      ? inside(value, path, WRITES)
      : '{ file, text, every? }',
  listen: wholeNumber(65_535),
  stdout: (value, path) => (isRecord(value) ? inside(value, path, STDOUT) : '{ start, ready, every }'),
  stdin: oneOf('ignore', 'echo', 'exit-on-eof'),
  children,
  onSignal: (value, path) => (isRecord(value) ? answers(value, path) : 'an object of answers by signal'),
}

/**
 * Throws `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID`, with the path of what is wrong, for a script that the agent could
 * not play: it would not say so itself.
 */
export function checkScript(script: object): undefined {
  inside(script, 'script', SCRIPT)
}

function inside(value: object, path: string, checks: Checks): undefined {
  checkOptions('script', value, checks, `${path}.`)
}

function children(value: unknown, path: string): string | undefined {
  if (!Array.isArray(value)) return 'an array of kinds of children'
  for (const [index, kind] of value.entries()) {
    const at = `${path}[${index}]`
    const expected = CHILD(kind, at)
    if (expected !== undefined) throw invalidOption('script', at, kind, expected)
  }
}

function answers(value: Record<string, unknown>, path: string): undefined {
  const signals = Object.keys(constants.signals).filter((name) => !UNANSWERABLE.has(name))
  for (const [signal, answer] of Object.entries(value)) {
    const at = `${path}.${signal}`
    if (!signals.includes(signal)) {
      throw new SuperviseError(
        'ERR_OPTION_INVALID',
        UNANSWERABLE.has(signal)
          ? `The script option \`${at}\` cannot be played: the system lets no program answer ${signal}. One that it can ` +
              'answer is SIGTERM.'
          : `The script option \`${at}\` names no signal of this system.${didYouMean(signal, signals)}`,
        { option: at, value: answer },
      )
    }
    if (answer === undefined || answer === 'ignore') continue
    if (!isRecord(answer)) throw invalidOption('script', at, answer, '"ignore" or { drain, exit }')
    inside(answer, at, ANSWER)
  }
}
