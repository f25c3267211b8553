import { types } from 'node:util'

import type { VirtualClockOptions } from './clock/clock-options.ts'
import { checkScript } from './check-script.ts'
import { isRecord } from './json.ts'
import {
  type Check,
  checkOptions,
  defined,
  invalidOption,
  isSignal,
  isStrings,
  oneOf,
  wholeNumber,
} from './option-checks.ts'
import type {
  AgentEntry,
  NetworkOptions,
  RemainsOptions,
  SpawnOptions,
  SuperviseOptions,
  SupervisorOptions,
} from './options.ts'

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly agent: AgentEntry | undefined
  readonly agents: Readonly<Record<string, AgentEntry>>
  readonly spawn: SpawnOptions
  readonly prewarm: number
  readonly keepRuntimeDir: 'never' | 'on-failure' | 'always'
  readonly output: 'never' | 'on-failure' | 'always'
  readonly picture: 'never' | 'on-failure' | 'always'
  readonly leaks: 'fail' | 'warn'
  readonly unavailableFaults: 'skip' | 'fail'
  readonly network: { readonly onUnhandled: 'error' | 'warn' | 'bypass' }
  readonly clock: VirtualClockOptions
}

/** What `agentCommand.with()` takes. */
type CommandOptions = Pick<SpawnOptions, 'args' | 'env' | 'script' | 'clock'> & Whose

/** Which of the agents is started, and what it is called. */
interface Whose {
  id?: string
  agent?: string
}

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
  prewarm: wholeNumber(),
  keepRuntimeDir: WHEN,
  output: WHEN,
  picture: WHEN,
  leaks: oneOf('fail', 'warn'),
  unavailableFaults: oneOf('skip', 'fail'),
  network: (value) => (isRecord(value) ? undefined : 'an object of network options'),
  clock: (value) => (isRecord(value) ? undefined : 'an object of clock options'),
}

const NETWORK_OPTIONS: Record<keyof NetworkOptions, Check> = {
  onUnhandledRequest: oneOf('error', 'warn', 'bypass'),
  onUnhandledFrame: oneOf('error', 'warn', 'bypass'),
}

const CLOCK_OPTIONS: Record<keyof VirtualClockOptions, Check> = {
  limit: MILLISECONDS,
  start: (value) => (isMoment(value) ? undefined : 'a valid Date, or milliseconds since 1970'),
  seed: (value) => (Number.isInteger(value) ? undefined : 'a whole number'),
}

const SPAWN_OPTIONS: Record<keyof SpawnOptions, Check> = {
  args: (value) => (isStrings(value) ? undefined : 'an array of strings'),
  env: environment,
  inheritEnv: (value) =>
    typeof value === 'boolean' || isStrings(value) ? undefined : 'true, false or an array of names',
  cwd: (value) => (typeof value === 'string' ? undefined : 'a path'),
  readyTimeout: MILLISECONDS,
  closeGrace: MILLISECONDS,
  signal: (value) => (value instanceof AbortSignal ? undefined : 'an AbortSignal'),
  script: (value) => (isRecord(value) ? checkScript(value) : 'an object, see AgentScript'),
  clock: oneOf('real', 'virtual'),
  readyWhen: (value) =>
    value === 'protocol' || value === 'spawn' || isLine(value)
      ? undefined
      : '"protocol", "spawn", { stdout: … } or { stderr: … }',
}

const WHOSE: Record<keyof Whose, Check> = {
  id: () => undefined,
  agent: (value) => (typeof value === 'string' ? undefined : 'a key of the option `agents`'),
}

const COMMAND_OPTIONS: Record<keyof CommandOptions, Check> = {
  ...WHOSE,
  args: SPAWN_OPTIONS.args,
  env: SPAWN_OPTIONS.env,
  script: SPAWN_OPTIONS.script,
  clock: SPAWN_OPTIONS.clock,
}

const SUPERVISOR_OPTIONS: Record<keyof SupervisorOptions, Check> = {
  env: SPAWN_OPTIONS.env,
  inheritEnv: SPAWN_OPTIONS.inheritEnv,
  cwd: SPAWN_OPTIONS.cwd,
  stopSignal: (value) => (isSignal(value) ? undefined : 'a signal of this system, such as "SIGTERM"'),
  closeGrace: MILLISECONDS,
  clock: SPAWN_OPTIONS.clock,
  signal: SPAWN_OPTIONS.signal,
}

const REMAINS_OPTIONS: Record<keyof RemainsOptions, Check> = {
  by: (value) =>
    isStrings(value) && value.length > 0 && value.every((end) => end === 'eof' || isSignal(end))
      ? undefined
      : `an array of 'eof' and signals, at least one`,
  within: MILLISECONDS,
  ready: (value) => (isLine(value) ? undefined : '{ stdout: … } or { stderr: … }'),
  readyTimeout: MILLISECONDS,
}

/**
 * Merges layers of options, the later ones over the earlier, key by key, and `spawn` and `agents` within themselves.
 * Throws `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID`, which name the option.
 */
export function resolveOptions(...layers: readonly SuperviseOptions[]): ResolvedOptions {
  for (const layer of layers) {
    checkOptions('supervise', layer, OPTIONS)
    if (layer.spawn) checkSpawnOptions(layer.spawn)
    if (layer.network) checkOptions('network', layer.network, NETWORK_OPTIONS)
    if (layer.clock) checkOptions('clock', layer.clock, CLOCK_OPTIONS)
  }
  const merged: SuperviseOptions = Object.assign({}, ...layers.map(defined))
  return {
    agent: merged.agent,
    agents: Object.assign({}, ...layers.map((layer) => layer.agents)),
    spawn: Object.assign({}, ...layers.map((layer) => defined(layer.spawn ?? {}))),
    prewarm: merged.prewarm ?? 0,
    keepRuntimeDir: merged.keepRuntimeDir ?? 'on-failure',
    output: merged.output ?? 'on-failure',
    picture: merged.picture ?? 'on-failure',
    leaks: merged.leaks ?? 'fail',
    unavailableFaults: merged.unavailableFaults ?? 'skip',
    network: { onUnhandled: onUnhandledOf(layers) },
    clock: Object.assign({}, ...layers.map((layer) => defined(layer.clock ?? {}))),
  }
}

/** What the last layer that says it says, in either spelling. */
function onUnhandledOf(layers: readonly SuperviseOptions[]): ResolvedOptions['network']['onUnhandled'] {
  const last = layers.findLast(
    ({ network }) => network?.onUnhandledRequest ?? network?.onUnhandledFrame,
  )?.network
  return last?.onUnhandledRequest ?? last?.onUnhandledFrame ?? 'error'
}

/** Throws `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID` for options of a spawn that cannot be meant. */
export function checkSpawnOptions(options: SpawnOptions): void {
  checkOptions('spawn', options, SPAWN_OPTIONS)
}

/** Throws the same for what `spawnAgent` is given. Whether there is such an id and agent is seen elsewhere. */
export function checkSpawnAgentOptions(options: SpawnOptions & Whose): void {
  checkOptions('spawnAgent', options, { ...WHOSE, ...SPAWN_OPTIONS })
}

/** Throws the same for what `agentCommand.with()` is given. Whether there is such an id and agent is seen elsewhere. */
export function checkCommandOptions(options: CommandOptions): void {
  checkOptions('agentCommand', options, COMMAND_OPTIONS)
}

/** Throws the same for what `supervise()` of a test is given. */
export function checkSupervisorOptions(program: string, args: unknown, options: SupervisorOptions): void {
  const where = 'supervise()'
  if (typeof program !== 'string' || program === '')
    throw invalidOption(where, 'file', program, 'the name or the path of a program')
  if (!isStrings(args)) throw invalidOption(where, 'args', args, 'an array of strings; options come third')
  checkOptions(where, options, SUPERVISOR_OPTIONS)
}

/** Throws the same for the options of `toLeaveNothingBehind()`. */
export function checkRemainsOptions(options: RemainsOptions): void {
  checkOptions('toLeaveNothingBehind', options, REMAINS_OPTIONS)
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

function environment(value: unknown): string | undefined {
  if (!isRecord(value) || !isStrings(Object.values(value))) return 'an object of strings'
  for (const [name, content] of Object.entries(value)) {
    const shown = JSON.stringify(name)
    if (!/^[^=\0]+$/.test(name))
      return `an object of strings by name, and a name is neither empty nor holds "=" or NUL, as ${shown} does`
    if (String(content).includes('\0')) return `an object of strings without NUL, which ${shown} holds`
  }
}

function isMoment(value: unknown): boolean {
  return (types.isDate(value) || typeof value === 'number') && !Number.isNaN(new Date(value).getTime())
}

/** Whether this says which line of which output is waited for. */
function isLine(value: unknown): boolean {
  if (!isRecord(value)) return false
  const match = 'stdout' in value ? value['stdout'] : value['stderr']
  return typeof match === 'string' || types.isRegExp(match)
}
