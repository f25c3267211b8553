import { spawn } from 'node:child_process'

import type { FaultPlan } from '../fault/fault-plan.ts'
import type { Fault } from '../fault/fault.ts'
import type { Where } from '../fault/where.ts'
import { invalidOption } from '../option-checks.ts'
import type { ProcessInfo } from '../process/table/index.ts'
import type { AgentScript } from '../protocol/frames.ts'
import { realNow, TIMED_OUT } from '../real-time.ts'
import type { RestartLoopPolicy } from '../restart/policy.ts'
import type { TimelineRecord } from '../timeline/attempt-records.ts'
import type {
  ConformanceContext,
  SupervisorAdapter,
  SupervisorEnd,
  SupervisorFacts,
  SupervisorUnderTest,
} from './adapter.ts'
import { PATIENCE, type Pace } from './pace.ts'
import { callStops } from './stops.ts'
import { TrialProcesses } from './trial-processes.ts'
import { demand, Inapplicable } from './verdict.ts'

/** Five times what may pass until what is left is seen, or until the next program is heard of. ms */
const LONG_DRAIN = 5000

type Answer = NonNullable<NonNullable<AgentScript['onSignal']>[NodeJS.Signals]>

/** By which supervisors ask a program to end or to restart. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const

/** A program that answers so whatever it is sent. */
export function answering(answer: Answer): AgentScript {
  return { onSignal: Object.fromEntries(STOP_SIGNALS.map((signal) => [signal, answer])) }
}

/** What a trial needs of the test that it is part of. */
export interface TrialParts extends Omit<ConformanceContext, 'policy' | 'spawn'> {
  readonly adapter: SupervisorAdapter
  readonly pace: Pace
  readonly faults: FaultPlan
  readonly processes: () => Promise<ProcessInfo[]>
}

/** How the program is supervised in a trial, and what it does. */
interface TrialStart {
  readonly policy: RestartLoopPolicy
  readonly script?: AgentScript
  readonly env?: Readonly<Record<string, string>>
}

/** One supervisor at work, under one check. What can be awaited throws a `Deviation` when it does not come. */
export class Trial {
  readonly facts: SupervisorFacts
  readonly pace: Pace
  readonly dir: string
  /** What lives of it. */
  readonly processes: TrialProcesses
  readonly #parts: TrialParts
  #supervisor: SupervisorUnderTest | undefined

  constructor(parts: TrialParts) {
    this.#parts = parts
    this.facts = parts.adapter.facts ?? {}
    this.pace = parts.pace
    this.dir = parts.dir
    this.processes = new TrialProcesses(parts.processes)
  }

  /** A policy under which failures are restarted if there is one, else any. */
  get policy(): RestartLoopPolicy {
    const { policies = [] } = this.facts
    return policies.find((policy) => policy !== 'never') ?? policies[0] ?? 'never'
  }

  /** How long a delay may be late. ms */
  get tolerance(): number {
    return this.facts.tolerance ?? (this.pace.virtual ? 0 : 50)
  }

  /** How long a program that is asked to end takes, where that is to be less than the supervisor's patience. ms */
  get drain(): number {
    return Math.min(1000, (this.facts.grace ?? 2000) / 2)
  }

  /**
   * The same where a supervisor must not go on before the program has ended: so long that it is seen on a busy machine if
   * it does. ms
   */
  get longDrain(): number {
    return this.facts.grace === undefined ? LONG_DRAIN : this.facts.grace / 2
  }

  /** Writes into the timeline; the time at which, by which those of the records are measured. */
  note(text: string): number {
    const { timeline } = this.#parts
    timeline.note(text)
    return timeline.events.at(-1)?.time ?? 0
  }

  /** What goes wrong in the program. */
  inject(fault: Fault, where: Omit<Where, 'optional'>): void {
    // Whether it comes so far is what is to be found out.
    this.#parts.faults.inject(fault, { ...where, optional: true })
  }

  /** Starts the supervisor. */
  async start({ policy, script = {}, env = {} }: TrialStart): Promise<void> {
    const { adapter, pace: _pace, processes: _processes, faults: _faults, ...context } = this.#parts
    const command = this.#parts.command.with({ script, env })
    const started = Promise.resolve(
      adapter.start({ ...context, command, spawn: { script, env: { ...env } }, policy }),
    )
    const supervisor = await this.pace.until(started, this.#patience)
    demand(supervisor !== TIMED_OUT, 'the adapter to start the supervisor', 'its `start` did not end')
    if (!(supervisor as Partial<SupervisorUnderTest> | undefined)?.exited) {
      throw invalidOption(
        'conformance',
        'start',
        adapter.start,
        'a function that gives back what it started: { exited, … }',
      )
    }
    this.#supervisor = supervisor
  }

  /** Resolves when this attempt is ready; `later` is what may delay it beyond the delays of restarts. ms */
  async ready(attempt: number, later = 0): Promise<void> {
    await this.#heard('ready', attempt, later, `start ${attempt} of the program`)
  }

  /** Resolves when this attempt has begun. */
  async begun(attempt: number): Promise<void> {
    await this.#heard('spawn', attempt, 0, `start ${attempt} of the program`)
  }

  /** Resolves when this attempt has exited; `later` is how long that may take by what is declared. ms */
  async gone(attempt: number, expected: string, later = 0): Promise<void> {
    await this.#heard('exit', attempt, later, expected)
  }

  /** Resolves when what was injected has struck this attempt. */
  async struck(attempt: number): Promise<void> {
    await this.#heard('fault', attempt, 0, `start ${attempt} of the program`)
  }

  /** How long the program takes from its start, which only its supervisor sees, to when it is heard of. ms */
  async startUp(): Promise<number> {
    if (this.pace.virtual) return 0
    const { command, timeline } = this.#parts
    const probe = command.with({ id: 'start-up' })
    const begin = realNow()
    const child = spawn(probe.file, probe.args, { env: probe.env, stdio: 'ignore' })
    const ready = await this.pace.until(timeline.until('ready', { agent: probe.id }), this.#patience)
    child.kill('SIGKILL')
    demand(ready !== TIMED_OUT, 'the program to start when nobody supervises it', 'it did not')
    return realNow() - begin
  }

  /** From each exit to the next start, in ms. */
  get delays(): number[] {
    return this.#parts.timeline.delays(this.#parts.command.id)
  }

  /** Whether this attempt has begun before the one before it was gone. */
  overlaps(attempt: number): boolean {
    const { timeline, command } = this.#parts
    const seqOf = (kind: 'spawn' | 'exit', number: number): number | undefined =>
      timeline.events.find(
        (event) => event.kind === kind && event.agent === command.id && event.attempt === number,
      )?.seq
    return (seqOf('exit', attempt - 1) ?? Infinity) > (seqOf('spawn', attempt) ?? Infinity)
  }

  /** All starts so far. */
  get records(): TimelineRecord[] {
    return this.#parts.timeline.records(this.#parts.command.id)
  }

  /**
   * Stops the supervisor in its documented way, and does so again, while that is under way, as often as is said. Waits until it
   * says that it has stopped.
   */
  async stop(times = 1): Promise<void> {
    const supervisor = this.#running
    const { stop } = this.#parts.adapter
    if (!stop && !supervisor.kill) throw new Error('an adapter of what is no process needs `stop`')
    const one = async (): Promise<unknown> => {
      if (stop) return stop(supervisor)
      supervisor.kill?.('SIGTERM')
      return supervisor.exited
    }
    const calls = await callStops(one, times, { pace: this.pace, exited: supervisor.exited })
    const outcomes = await this.pace.until(Promise.all(calls), (this.facts.grace ?? 0) + this.#patience)
    demand(outcomes !== TIMED_OUT, 'its stop to come to an end', 'it did not')
    const failure = outcomes.find((outcome) => outcome !== undefined)
    demand(failure === undefined, 'its stop to succeed', 'it failed', failure && String(failure.error))
  }

  /** Asks for a restart. */
  async restart(): Promise<void> {
    const asked = Promise.resolve(this.#parts.adapter.restart?.(this.#running))
    const outcome = await this.pace.until(asked, (this.facts.grace ?? 0) + this.#patience)
    demand(outcome !== TIMED_OUT, 'its restart to come to an end', 'it did not')
  }

  /** How the supervisor itself ends. */
  async ended(expected: string): Promise<SupervisorEnd> {
    const end = await this.pace.until(this.#running.exited, this.#patience)
    demand(end !== TIMED_OUT, expected, 'it did not end')
    return end
  }

  /** Sends a signal to the supervisor itself. Throws `Inapplicable` if it is no process. */
  kill(signal: NodeJS.Signals): void {
    const supervisor = this.#running
    if (!supervisor.kill) throw new Inapplicable('it is no process of its own')
    supervisor.kill(signal)
  }

  /** Ends the supervisor's standard input. */
  endInput(): void {
    this.#running.endInput?.()
  }

  /** Resolves when the supervisor has printed a line with this text. */
  async printed(text: string): Promise<void> {
    const { stdout } = this.#running
    if (!stdout) throw new Error('an adapter that declares `passesOutput` needs a supervisor with `stdout`')
    const line = stdout.line(text).then(
      () => true,
      () => false,
    )
    const seen = await this.pace.until(line, this.#patience)
    demand(seen === true, 'what the program prints in the output of the supervisor', 'it is not there')
  }

  /** Watches that there are `count` starts and that there will be no more. */
  async noMoreStartsThan(count: number, expected: string): Promise<void> {
    const { timeline, command } = this.#parts
    const more = timeline.until('spawn', { agent: command.id, attempt: count + 1 })
    // The clock itself knows when nobody is left.
    const over = this.pace.virtual ? more : Promise.race([more, this.#nobodyLeft()])
    const start = await this.pace.until(over, this.#quiet)
    demand(start === TIMED_OUT || start === 'nobody', expected, 'there was one more')
  }

  /** Kills whatever is left, the supervisor first. */
  async close(): Promise<void> {
    this.#supervisor?.kill?.('SIGKILL')
    await this.processes.kill()
  }

  get #running(): SupervisorUnderTest {
    if (!this.#supervisor) throw new Error('the check uses a supervisor that it has not started')
    return this.#supervisor
  }

  async #heard(
    kind: 'ready' | 'spawn' | 'exit' | 'fault',
    attempt: number,
    later: number,
    what: string,
  ): Promise<void> {
    const { timeline, command } = this.#parts
    const { delays = [] } = this.facts
    const restarts = Array.from({ length: attempt - 1 }, (_, at) => delays[at] ?? delays.at(-1) ?? 0)
    const patience = restarts.reduce((sum, delay) => sum + delay, later + this.#patience)
    const event = await this.pace.until(timeline.until(kind, { agent: command.id, attempt }), patience)
    demand(event !== TIMED_OUT, what, 'that did not come', `${timeline}`)
  }

  get #patience(): number {
    return this.pace.virtual ? PATIENCE.virtual : (this.facts.patience ?? PATIENCE.real)
  }

  /** How long to watch that nothing happens. ms */
  get #quiet(): number {
    const { quiet, delays = [] } = this.facts
    return quiet ?? (this.pace.virtual ? PATIENCE.virtual : Math.max(0, ...delays) + 500)
  }

  /** Resolves when a supervisor that is a process has ended and left nothing that could start something. */
  async #nobodyLeft(): Promise<'nobody'> {
    const { exited, kill } = this.#running
    if (!kill) return new Promise(() => {})
    await exited
    if (await this.processes.allGone(this.#quiet)) return 'nobody'
    return new Promise(() => {})
  }
}
