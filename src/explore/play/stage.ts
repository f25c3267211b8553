import type { spawn } from 'node:child_process'

import type { Clock } from '../../clock/clock.ts'
import type { FaultPlan } from '../../fault/fault-plan.ts'
import type { HarnessLoopOptions } from '../../harness/loop.ts'
import type { RestartLoop } from '../../restart/restart-loop.ts'
import type { AgentSpawner } from '../../restart/agent-starter.ts'
import type { Timeline } from '../../timeline/timeline.ts'

/** A command that starts an agent of a scenario. */
export interface ScenarioCommand {
  readonly id: string
  readonly file: string
  readonly args: string[]
  readonly env: Record<string, string>
  /** The JavaScript file for `fork`, which gets `args` and `env` as well. */
  readonly module: string
}

/** The timers of a scenario, for a subject that takes its timers from outside: they run in the time of the play. */
export type ScenarioTimers = Pick<
  typeof globalThis,
  'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval'
>

/**
 * What a scenario is told with, whether its processes are real or not. While it is played, `node:child_process`, timers,
 * `Date`, `performance.now` and `Math.random` belong to it as well: what imports them itself needs none of this.
 */
export interface ScenarioWorld<Agent extends string = string> {
  /** The commands of its agents, by id. */
  readonly agents: Readonly<Record<Agent, ScenarioCommand>>
  /** That of `node:child_process`. It starts the agents, and nothing else. */
  readonly spawn: typeof spawn
  readonly timers: ScenarioTimers
  /** Ms since the scenario began. Needs no `this`. */
  now(): number
  readonly clock: Clock
  readonly timeline: Timeline
  /** Starts agents, and gives handles of them. */
  readonly spawner: AgentSpawner
  /** Makes restart loops over an agent, by default over the first one. */
  restartLoop(options: HarnessLoopOptions): RestartLoop
  /** Aborts when the play is over. */
  readonly signal: AbortSignal
  /** Says that the agent, by default the first one, is given up, and will not be started again. Needs no `this`. */
  gaveUp(agent?: string): void
}

/** Where a scenario is played. */
export interface Stage {
  readonly world: ScenarioWorld
  readonly faults: FaultPlan
  /** How many timers of the scenario are set, and how many of its waits on the clock are under way. */
  readonly timersPending: number
  /** Has this done at a time from the beginning on, ahead of what is due at the same time. */
  at(time: number, act: () => void): void
  /** Everything has come to rest at this moment, without moving time. */
  settle(): Promise<void>
  /**
   * Moves to the next timer and calls it; false, and at `end`, if there is none until then. Throws what the timer throws.
   * What that sets off is done by `settle`.
   */
  next(end: number): Promise<boolean>
  /** Ends it, and leaves nothing. Idempotent. */
  close(): Promise<void>
}
