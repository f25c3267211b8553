import { SuperviseError } from '../errors.ts'
import { defined } from '../option-checks.ts'
import type { SpawnOptions, SupervisorOptions } from '../options.ts'
import type { Run } from '../reap/run.ts'
import type { ResolvedOptions } from '../resolve-options.ts'

/** What `spawnAgent` takes: the options of a spawn, an id, and which of the agents. */
export type SpawnAgentOptions = SpawnOptions & {
  /** Default: `agent-1`, `agent-2`, … */
  id?: string
  /** A key of the option `agents`. Default: the project's agent. */
  agent?: string
}

/** @internal What a harness is made of. */
export interface HarnessParts {
  readonly run: Run
  readonly options: ResolvedOptions
  readonly agentPath: string
  /** The executables of the option `agents`, by name. */
  readonly agentPaths: Readonly<Record<string, string>>
  /** The directory of the project. Default: the current one. */
  readonly project?: string
  /** Ends the run with the harness. */
  readonly ownsRun?: boolean
}

/** @internal How long things may take, in ms of real time. */
export interface HarnessLimits {
  /** The default of `readyTimeout`; in virtual time that is always 5000. */
  readonly ready: number
  /** How long a virtual clock waits for processes to come to rest. */
  readonly patience: number
}

/** @internal The executable of an agent. Throws `ERR_AGENT_UNKNOWN` for a name that the option `agents` does not have. */
export function agentPathOf({ agentPath, agentPaths }: HarnessParts, agent: string | undefined): string {
  if (agent === undefined) return agentPath
  const found = Object.hasOwn(agentPaths, agent) ? agentPaths[agent] : undefined
  if (found !== undefined) return found
  const names = Object.keys(agentPaths).map((name) => `"${name}"`)
  throw new SuperviseError(
    'ERR_AGENT_UNKNOWN',
    `There is no agent ${JSON.stringify(agent)}. ` +
      (names.length > 0
        ? `The option \`agents\` has ${names.join(', ')}.`
        : 'The option `agents` has none: add `agents: { name: entry }` to `supervise()` in the Vitest config.'),
    { agent },
  )
}

/** @internal Options of a supervisor, over what the project says of every spawn. */
export function supervisorOptions(
  { env, inheritEnv, cwd, closeGrace }: SpawnOptions,
  options: SupervisorOptions,
): SupervisorOptions {
  return {
    ...defined({ inheritEnv, cwd, closeGrace } as SupervisorOptions),
    ...defined(options),
    env: { ...env, ...options.env },
  }
}
