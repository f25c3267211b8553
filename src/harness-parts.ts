import type { SpawnOptions } from './options.ts'
import type { Run } from './reap/run.ts'
import type { ResolvedOptions } from './resolve-options.ts'

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
