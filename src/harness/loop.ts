import type { SpawnOptions } from '../options.ts'
import { randomStream } from '../random.ts'
import { type AgentSpawner, AgentStarter } from '../restart/agent-starter.ts'
import {
  type RestartEvent,
  RestartLoop,
  type RestartLoopOptions,
  type RestartOutcome,
  type Starter,
} from '../restart/restart-loop.ts'
import { failureReason } from '../timeline/events.ts'
import type { Timeline } from '../timeline/timeline.ts'

/** What `restartLoop` takes: the options of a `RestartLoop`, of which the harness has some already. */
export interface HarnessLoopOptions extends Omit<RestartLoopOptions, 'starter'> {
  /** Default: starts the agent, and takes it for started when it is ready. */
  starter?: Starter
  /** The id of that agent, and the name of the loop in the timeline. Default `agent`. */
  id?: string
  /** How that agent is started. */
  spawn?: SpawnOptions
}

/** @internal What the loops of one harness share. */
export interface HarnessLoopContext {
  readonly spawner: AgentSpawner
  readonly clock: NonNullable<RestartLoopOptions['clock']>
  readonly timeline: Timeline
  readonly seed: number
  /** Aborts when the harness is closed. */
  readonly signal: AbortSignal
}

/** A restart loop on the clock of its harness, in its timeline, with seeded jitter. It ends with the harness. */
export class HarnessLoop extends RestartLoop {
  readonly #signal: AbortSignal

  constructor(options: HarnessLoopOptions, context: HarnessLoopContext) {
    // Without any, the loop itself says what is missing.
    const { id = 'agent', spawn, starter, onEvent, ...rest } = options ?? {}
    const { spawner, clock, timeline, seed } = context
    super({
      clock,
      random: randomStream(seed, `jitter of ${id}`),
      ...rest,
      starter: starter ?? new AgentStarter(spawner, id, spawn),
      onEvent(event) {
        // The agent may have been started before by something else: its own count is what the timeline knows it by.
        record(timeline, id, starter ? event.attempt : timeline.attempts(id), event)
        onEvent?.(event)
      },
    })
    this.#signal = context.signal
  }

  override run(signal?: AbortSignal): Promise<RestartOutcome> {
    const run = super.run(signal ? AbortSignal.any([signal, this.#signal]) : this.#signal)
    // A loop that runs until the end of its test ends there, and that is no error of anybody's.
    this.#signal.addEventListener('abort', () => void run.catch(() => {}), { once: true })
    return run
  }
}

/** Starts and exits of an agent are in the timeline by themselves. */
function record(timeline: Timeline, agent: string, attempt: number, event: RestartEvent): void {
  switch (event.type) {
    case 'start-failed':
      return timeline.record({ kind: event.type, agent, attempt, reason: failureReason(event.error) })
    case 'backoff':
      return timeline.record({ kind: event.type, agent, attempt, delay: event.delay })
    case 'reset':
    case 'gave-up':
    case 'stopped':
      return timeline.record({ kind: event.type, agent, attempt })
    case 'started':
    case 'exited':
  }
}
