import { CRASHES } from '../../src/explore/play/perform.ts'
import type { Schedule } from '../../src/explore/schedule.ts'
import { Supervisor as AsyncLoop } from './correct/async-loop.ts'
import { Supervisor as Callbacks } from './correct/callbacks.ts'
import { Supervisor as Generations } from './correct/generations.ts'
import { Supervisor as OneWorkerARun } from './correct/one-worker-a-run.ts'
import { Supervisor as StateMachine } from './correct/state-machine.ts'
import { Supervisor as BackoffOverflow } from './backoff-overflow.ts'
import { Supervisor as BackoffWrapsRound } from './backoff-wraps-round.ts'
import { Supervisor as DrainTimeoutLetsGo } from './drain-timeout-lets-go.ts'
import { Supervisor as ErrorAndCloseRestart } from './error-and-close-restart.ts'
import { Supervisor as ErrorWithoutListener } from './error-without-listener.ts'
import { Supervisor as ExitWinsTheRaceForReady } from './exit-wins-the-race-for-ready.ts'
import { Supervisor as GivesUpAndRestarts } from './gives-up-and-restarts.ts'
import { Supervisor as HealthCheckLeaks } from './health-check-leaks.ts'
import { Supervisor as JitterBeyondMax } from './jitter-beyond-max.ts'
import { Supervisor as KillOfTheDeadThrows } from './kill-of-the-dead-throws.ts'
import { Supervisor as KillTimerHitsTheNext } from './kill-timer-hits-the-next.ts'
import { Supervisor as OldChildRestarts } from './old-child-restarts.ts'
import { Supervisor as OneRestartTooMany } from './one-restart-too-many.ts'
import { Supervisor as ResetOnSpawn } from './reset-on-spawn.ts'
import { Supervisor as RestartCountedTwice } from './restart-counted-twice.ts'
import { Supervisor as RestartTimerOutlivesStop } from './restart-timer-outlives-stop.ts'
import { Supervisor as StableTimerOutlivesExit } from './stable-timer-outlives-exit.ts'
import { Supervisor as StartAwaitedByNobody } from './start-awaited-by-nobody.ts'
import { Supervisor as StartTwice } from './start-twice.ts'
import { Supervisor as StopBeforeSpawnEvent } from './stop-before-spawn-event.ts'
import { Supervisor as StopLostInBackoff } from './stop-lost-in-backoff.ts'
import { Supervisor as StopLostWhileStarting } from './stop-lost-while-starting.ts'
import { Supervisor as StopResolvesEarly } from './stop-resolves-early.ts'
import { Supervisor as StopWaitsForClose } from './stop-waits-for-close.ts'
import { Supervisor as WindowNeverPruned } from './window-never-pruned.ts'
import type { SupervisorClass, SupervisorOptions } from './supervisor.ts'

/** A supervisor with one mistake. */
export interface Bug {
  readonly name: string
  readonly mistake: string
  /** What the mistake breaks: an invariant, by its name. */
  readonly breaks: string
  readonly Supervisor: SupervisorClass
  /** The fewest faults and calls that show it: without any one of them the invariant holds. */
  readonly minimum: Schedule
  /** Where the promise of this supervisor differs from the usual one. */
  readonly options?: Partial<SupervisorOptions>
  /** When the invariant is broken at the latest, in ms. Default 60,000. */
  readonly within?: number
}

/** Supervisors without a mistake, by their style. */
export const CORRECT: Readonly<Record<string, SupervisorClass>> = {
  'async-loop': AsyncLoop,
  callbacks: Callbacks,
  generations: Generations,
  'one-worker-a-run': OneWorkerARun,
  'state-machine': StateMachine,
}

export const BUGS: readonly Bug[] = [
  {
    name: 'restart-timer-outlives-stop',
    mistake: '`stop` does not clear the timer of the next start.',
    breaks: 'stop is final',
    Supervisor: RestartTimerOutlivesStop,
    minimum: [
      { attempt: 1, fault: 'exit', at: 'ready' },
      { step: 'stop', at: 500 },
    ],
  },
  {
    name: 'stop-lost-in-backoff',
    mistake: '`stop` ends the run under way; between two runs it does nothing, and the loop goes on.',
    breaks: 'stop is final',
    Supervisor: StopLostInBackoff,
    minimum: [
      { attempt: 1, fault: 'exit', at: 'ready' },
      { step: 'stop', at: 500 },
    ],
  },
  {
    name: 'stop-lost-while-starting',
    mistake: '`stop` has an answer in every state but `starting`.',
    breaks: 'stop is final',
    Supervisor: StopLostWhileStarting,
    minimum: [{ step: 'stop', at: 0 }],
  },
  {
    name: 'stop-before-spawn-event',
    mistake: 'The child is known from its event `spawn` on: a `stop` before that has nobody to end.',
    breaks: 'stop is final',
    Supervisor: StopBeforeSpawnEvent,
    minimum: [{ step: 'stop', at: 0 }],
  },
  {
    name: 'start-awaited-by-nobody',
    mistake: '`start` is asynchronous within, and a `stop` in the same tick overtakes it.',
    breaks: 'stop is final',
    Supervisor: StartAwaitedByNobody,
    minimum: [{ step: 'stop', at: 0 }],
  },
  {
    name: 'stop-resolves-early',
    mistake: '`stop` sends SIGTERM, and resolves without the exit.',
    breaks: 'stop is final',
    Supervisor: StopResolvesEarly,
    minimum: [{ step: 'stop', at: 1000 }],
  },
  {
    name: 'stop-waits-for-close',
    mistake: '`stop` waits for `close`, which does not come while a grandchild holds the pipe.',
    breaks: 'stop is final',
    Supervisor: StopWaitsForClose,
    minimum: [
      { attempt: 1, fault: 'holdOutput', at: 'ready' },
      { step: 'stop', at: 1000 },
    ],
  },
  {
    name: 'kill-of-the-dead-throws',
    mistake:
      'A child that has exited is still sent SIGTERM, and that it could not be sent makes `stop` fail.',
    breaks: 'stop is final',
    Supervisor: KillOfTheDeadThrows,
    minimum: [
      { attempt: 1, fault: 'exit', at: 'ready' },
      { step: 'stop', at: 500 },
    ],
  },
  {
    name: 'drain-timeout-lets-go',
    mistake: 'When the time to drain is over, `stop` resolves, and nobody sends SIGKILL.',
    breaks: 'no leaked process or timer',
    Supervisor: DrainTimeoutLetsGo,
    minimum: [
      { attempt: 1, fault: 'ignoreSignal', at: 'ready' },
      { step: 'stop', at: 1000 },
    ],
  },
  {
    name: 'health-check-leaks',
    mistake: 'The interval of the health check is cleared when a worker is stopped, not when it exits.',
    breaks: 'no leaked process or timer',
    Supervisor: HealthCheckLeaks,
    minimum: [
      { attempt: 1, fault: 'exit', at: 'ready' },
      { step: 'stop', at: 500 },
    ],
  },
  {
    name: 'start-twice',
    mistake: 'A second `start` makes a second child.',
    breaks: 'no overlap',
    Supervisor: StartTwice,
    minimum: [{ step: 'start', at: 1000 }],
  },
  {
    name: 'old-child-restarts',
    mistake: 'After `stop` and `start` the exit of the old child is taken for a crash of the new one.',
    breaks: 'no overlap',
    Supervisor: OldChildRestarts,
    minimum: [
      { step: 'stop', at: 1000 },
      { step: 'start', at: 1000 },
    ],
  },
  {
    name: 'error-and-close-restart',
    mistake: 'A start that fails emits `error` and `close`, and both of them restart.',
    breaks: 'every start gets exactly one exit',
    Supervisor: ErrorAndCloseRestart,
    minimum: [{ attempt: 1, fault: 'notFound', at: 'spawn' }],
  },
  {
    name: 'kill-timer-hits-the-next',
    mistake: 'The timer of SIGKILL outlives the exit, and kills whatever child there is by then.',
    breaks: 'every start gets exactly one exit',
    Supervisor: KillTimerHitsTheNext,
    minimum: [{ attempt: 1, fault: 'neverReady', at: 'start' }],
  },
  {
    name: 'exit-wins-the-race-for-ready',
    mistake:
      'A race of ready, exit and error is taken for ready whoever wins; the wait for the exit begins after it.',
    breaks: 'give-up is reported',
    Supervisor: ExitWinsTheRaceForReady,
    minimum: [{ attempt: 1, fault: 'exit', at: 'start' }],
  },
  {
    name: 'error-without-listener',
    mistake: 'Nobody listens for `error`: a start that fails ends the supervisor itself.',
    breaks: CRASHES,
    Supervisor: ErrorWithoutListener,
    minimum: [{ attempt: 1, fault: 'notFound', at: 'spawn' }],
  },
  {
    name: 'gives-up-and-restarts',
    mistake: 'It says that it gives up, and does not return.',
    breaks: 'give-up is reported',
    Supervisor: GivesUpAndRestarts,
    minimum: [
      { attempt: 1, fault: 'exit', at: 'ready' },
      { attempt: 2, fault: 'exit', at: 'ready' },
    ],
    options: { maxRestarts: 1 },
  },
  {
    name: 'one-restart-too-many',
    mistake: 'The limit is compared before the failure is counted.',
    breaks: 'bounded restarts',
    Supervisor: OneRestartTooMany,
    minimum: [
      { attempt: 1, fault: 'exit', at: 'ready' },
      { attempt: 2, fault: 'exit', at: 'ready' },
    ],
    options: { maxRestarts: 1 },
  },
  {
    name: 'restart-counted-twice',
    mistake: 'A failure is counted at the exit, and again at the restart.',
    breaks: 'bounded restarts',
    Supervisor: RestartCountedTwice,
    minimum: [
      { attempt: 1, fault: 'exit', at: 'ready' },
      { attempt: 2, fault: 'exit', at: 'ready' },
    ],
    options: { maxRestarts: 2 },
  },
  {
    name: 'window-never-pruned',
    mistake: 'Failures are counted, and none is ever too old to count.',
    breaks: 'bounded restarts',
    Supervisor: WindowNeverPruned,
    minimum: [
      { attempt: 1, fault: 'exit', at: 'ready' },
      { attempt: 2, fault: 'exit', at: { after: 70_000 } },
    ],
    options: { maxRestarts: 1, window: 60_000, stableAfter: 600_000 },
    within: 100_000,
  },
  {
    name: 'reset-on-spawn',
    mistake: 'The failures are forgotten when a process exists, not when it has been ready for long.',
    breaks: 'monotone backoff until reset',
    Supervisor: ResetOnSpawn,
    minimum: [
      { attempt: 1, fault: 'exit', at: 'ready' },
      { attempt: 2, fault: 'exit', at: 'ready' },
    ],
  },
  {
    name: 'stable-timer-outlives-exit',
    mistake: 'The timer that forgets the failures outlives its child, and goes off while the next one is up.',
    breaks: 'monotone backoff until reset',
    Supervisor: StableTimerOutlivesExit,
    minimum: [
      { attempt: 1, fault: 'exit', at: 'ready' },
      { attempt: 2, fault: 'exit', at: { after: 9500 } },
    ],
  },
  {
    name: 'backoff-wraps-round',
    mistake: 'The number of the delay is taken modulo their count: after the longest comes the shortest.',
    breaks: 'monotone backoff until reset',
    Supervisor: BackoffWrapsRound,
    minimum: [
      { attempt: 1, fault: 'exit', at: 'ready' },
      { attempt: 2, fault: 'exit', at: 'ready' },
      { attempt: 3, fault: 'exit', at: 'ready' },
    ],
    options: { maxDelay: 2000 },
  },
  {
    name: 'backoff-overflow',
    mistake: 'A delay of more than 2 ** 31 - 1 ms is a timer of 1 ms.',
    breaks: 'monotone backoff until reset',
    Supervisor: BackoffOverflow,
    minimum: [
      { attempt: 1, fault: 'exit', at: 'ready' },
      { attempt: 2, fault: 'exit', at: 'ready' },
    ],
    options: { delay: 2 ** 30, maxDelay: 2 ** 32 },
    within: 2 ** 33,
  },
  {
    name: 'jitter-beyond-max',
    mistake: 'The jitter is added after the delay was limited.',
    breaks: 'monotone backoff until reset',
    Supervisor: JitterBeyondMax,
    minimum: [{ attempt: 1, fault: 'exit', at: 'ready' }],
    options: { maxDelay: 1000 },
  },
]
