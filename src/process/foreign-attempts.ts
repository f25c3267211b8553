import type { Clock } from '../clock/clock.ts'
import { realSetTimeout } from '../real-time.ts'
import type { AgentEvent } from './agent-event.ts'
import type { AttemptContext } from './attempt.ts'
import { ForeignAttempt } from './foreign-attempt.ts'
import type { ProcessInfo } from './table/index.ts'

/** What the attempts made by other processes share. */
export interface ForeignContext extends AttemptContext {
  readonly clock: Clock
}

/**
 * How long the connection of an agent that is known to be dead may stay open, because somebody has inherited it, before its
 * exit is told without its last words. Milliseconds of real time.
 */
const LAST_WORDS_LIMIT = 1000

/** Why no fault strikes at spawn. */
const OBSTACLE =
  'another process has started it, and a start can be refused only where the test process makes it'

/**
 * The attempts that other processes make: a supervisor under test. They are numbered by their hellos. If an attempt is dead
 * when the next one says hello, its exit is told before that one's spawn; if it still lives, after it.
 */
export class ForeignAttempts {
  readonly #context: ForeignContext
  /** Those whose exits have not been told. */
  readonly #open = new Set<ForeignAttempt>()

  constructor(context: ForeignContext) {
    this.#context = context
  }

  /** @param process the one that has said hello; undefined if it cannot be seen from here */
  begin(agent: string, process: ProcessInfo | undefined): ForeignAttempt {
    const dead = [...this.#open].filter((attempt) => attempt.agent === agent && attempt.isDead)
    const gate = new Gate(this.#context.observe)
    const attempt = new ForeignAttempt(agent, process, { ...this.#context, observe: gate.observe })
    this.#open.add(attempt)
    void attempt.over.then(() => this.#open.delete(attempt))
    if (attempt.spawnFault !== undefined) attempt.spawnFaultUnsupported(OBSTACLE)
    attempt.spawned()
    if (dead.length === 0) gate.open()
    // What they said last is still to be read.
    else void Promise.all(dead.map((one) => one.over)).then(() => gate.open())
    for (const one of dead) realSetTimeout(() => one.exited(), LAST_WORDS_LIMIT).unref()
    return attempt
  }

  /** Looks for no more exits. */
  close(): void {
    for (const attempt of this.#open) attempt.forget()
  }
}

/** Keeps events back until it is opened. */
class Gate {
  readonly #observe: (event: AgentEvent) => void
  #held: AgentEvent[] | undefined = []

  constructor(observe: (event: AgentEvent) => void) {
    this.#observe = observe
  }

  readonly observe = (event: AgentEvent): void => {
    if (this.#held) this.#held.push(event)
    else this.#observe(event)
  }

  open(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const event of held) this.#observe(event)
  }
}
