import { inspect, types } from 'node:util'

import { SuperviseError } from './errors.ts'
import type { AgentEntry, SpawnOptions, SuperviseOptions } from './options.ts'

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly agent: AgentEntry | undefined
  readonly agents: Readonly<Record<string, AgentEntry>>
  readonly spawn: SpawnOptions
  readonly prewarm: number
  readonly keepRuntimeDir: 'never' | 'on-failure' | 'always'
  readonly output: 'never' | 'on-failure' | 'always'
  readonly leaks: 'fail' | 'warn'
}

type Check = (value: unknown) => string | undefined

const WHEN = oneOf('never', 'on-failure', 'always')
const MILLISECONDS: Check = (value) =>
  typeof value === 'number' && value >= 0 ? undefined : 'a number of milliseconds, 0 or more'

const OPTIONS: Record<keyof SuperviseOptions, Check> = {
  agent: entry,
  agents: (value) =>
    isRecord(value)
      ? Object.values(value)
          .map(entry)
          .find((problem) => problem !== undefined)
      : 'an object of agents by name',
  spawn: (value) => (isRecord(value) ? undefined : 'an object of spawn options'),
  prewarm: (value) =>
    Number.isInteger(value) && Number(value) >= 0 ? undefined : 'a whole number, 0 or more',
  keepRuntimeDir: WHEN,
  output: WHEN,
  leaks: oneOf('fail', 'warn'),
}

const SPAWN_OPTIONS: Record<keyof SpawnOptions, Check> = {
  args: (value) => (isStrings(value) ? undefined : 'an array of strings'),
  env: (value) => (isRecord(value) && isStrings(Object.values(value)) ? undefined : 'an object of strings'),
  inheritEnv: (value) =>
    typeof value === 'boolean' || isStrings(value) ? undefined : 'true, false or an array of names',
  cwd: (value) => (typeof value === 'string' ? undefined : 'a path'),
  readyTimeout: MILLISECONDS,
  closeGrace: MILLISECONDS,
  signal: (value) => (value instanceof AbortSignal ? undefined : 'an AbortSignal'),
  script: (value) => (isRecord(value) ? undefined : 'an object, see AgentScript'),
  readyWhen: (value) =>
    value === 'protocol' ||
    value === 'spawn' ||
    (isRecord(value) && isMatch('stdout' in value ? value['stdout'] : value['stderr']))
      ? undefined
      : '"protocol", "spawn", { stdout: … } or { stderr: … }',
}

/**
 * Merges layers of options, the later ones over the earlier, key by key, and `spawn` and `agents` within themselves.
 * Throws `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID`, which name the option.
 */
export function resolveOptions(...layers: readonly SuperviseOptions[]): ResolvedOptions {
  for (const layer of layers) {
    check('supervise', layer, OPTIONS)
    if (layer.spawn) checkSpawnOptions(layer.spawn)
  }
  const merged: SuperviseOptions = Object.assign({}, ...layers.map(defined))
  return {
    agent: merged.agent,
    agents: Object.assign({}, ...layers.map((layer) => layer.agents)),
    spawn: Object.assign({}, ...layers.map((layer) => defined(layer.spawn ?? {}))),
    prewarm: merged.prewarm ?? 0,
    keepRuntimeDir: merged.keepRuntimeDir ?? 'on-failure',
    output: merged.output ?? 'on-failure',
    leaks: merged.leaks ?? 'fail',
  }
}

/** Throws `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID` for options of a spawn that cannot be meant. */
export function checkSpawnOptions(options: SpawnOptions): void {
  check('spawn', options, SPAWN_OPTIONS)
}

function check(where: string, options: object, checks: Readonly<Record<string, Check>>): void {
  for (const [name, value] of Object.entries(options)) {
    const problem = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (!problem) throw unknownOption(where, name, Object.keys(checks))
    const expected = value === undefined ? undefined : problem(value)
    if (expected === undefined) continue
    throw new SuperviseError(
      'ERR_OPTION_INVALID',
      `The ${where} option \`${name}\` is ${show(value)}, but must be ${expected}.`,
      { option: name, value },
    )
  }
}

function unknownOption(where: string, option: string, known: readonly string[]): SuperviseError {
  const meant = option.toLowerCase()
  const distance = (name: string): number => differingLetters(name.toLowerCase(), meant)
  const [nearest = ''] = known.toSorted((one, other) => distance(one) - distance(other))
  const close = distance(nearest) <= 2 ? nearest : known.find((name) => name.toLowerCase().startsWith(meant))
  const hint = close ? ` Did you mean \`${close}\`?` : ''
  return new SuperviseError(
    'ERR_OPTION_UNKNOWN',
    `There is no ${where} option \`${option}\`.${hint} The options are ${known.map((name) => `\`${name}\``).join(', ')}.`,
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

function entry(value: unknown): string | undefined {
  const expected = 'a path, { command, inputs } or { run }'
  if (typeof value === 'string') return value === '' ? expected : undefined
  if (!isRecord(value)) return expected
  const words = 'command' in value ? value['command'] : value['run']
  if (!isStrings(words) || words.length === 0) return expected
  return 'command' in value && !isStrings(value['inputs'])
    ? `${expected}, with \`inputs\` an array of globs`
    : undefined
}

function oneOf(...allowed: readonly string[]): Check {
  return (value) => (allowed.some((one) => one === value) ? undefined : allowed.map(show).join(' or '))
}

function defined<T extends object>(layer: T): Partial<T> {
  return Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined)) as Partial<T>
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isMatch(value: unknown): boolean {
  return typeof value === 'string' || types.isRegExp(value)
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function show(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : inspect(value, { breakLength: Infinity, depth: 1 })
}
