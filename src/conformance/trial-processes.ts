import { killAll } from '../process/stop-tree.ts'
import type { ProcessInfo } from '../process/table/index.ts'
import { realDelay, realNow } from '../real-time.ts'
import { Deviation } from './verdict.ts'

/** How long what has been killed may take to be gone, which is how an orphan is told from it. Real ms. */
const SETTLE = 1000
const POLL = 5
/** How often what was killed may have been started again: a supervisor is killed first, and what it leaves starts little. */
const KILL_ROUNDS = 50

/** The processes of one trial: the supervisor, the program, and what either has started. */
export class TrialProcesses {
  readonly #list: () => Promise<ProcessInfo[]>

  constructor(list: () => Promise<ProcessInfo[]>) {
    this.#list = list
  }

  /** What the program has started by its script, and what lives. */
  async grandchildren(): Promise<ProcessInfo[]> {
    // A shell becomes it, and may not have done so yet.
    return (await this.#list()).filter(({ command }) => /\bsleep 86400\b/.test(command))
  }

  /** Resolves when one of them is stopped by SIGSTOP. */
  async frozen(): Promise<void> {
    for (const end = realNow() + SETTLE; realNow() < end; await realDelay(POLL)) {
      if ((await this.#list()).some(({ stopped }) => stopped)) return
    }
    throw new Error('the program was to be stopped by SIGSTOP, and is not')
  }

  /** Whether something lives that was started to hold the output of the program. */
  async holdOutput(): Promise<boolean> {
    return (await this.#list()).some(({ command }) => /^cat\b/.test(command))
  }

  /** Resolves when all of them are gone, or these; throws a `Deviation` when they are not going to be. */
  async gone(expected: string, these?: readonly ProcessInfo[]): Promise<void> {
    const left = await this.#left(SETTLE, these)
    if (left.length === 0) return
    const detail = left.map(({ pid, command }) => `${pid} ${command}`).join('; ')
    throw new Deviation(expected, 'something of it lives on', detail)
  }

  /** Whether all of them are gone within so many ms of real time. */
  async allGone(ms: number): Promise<boolean> {
    return (await this.#left(ms)).length === 0
  }

  /** Kills what is left, and what that starts meanwhile. Throws when something goes on starting it. */
  async kill(): Promise<void> {
    for (let round = 0; round < KILL_ROUNDS; round++) {
      const left = await this.#list()
      if (left.length === 0) return
      await killAll('what the check left', () => false, { known: left })
    }
    throw new Error(
      'what the check left is started again whenever it is killed: let `kill` of the supervisor that `start` returns end ' +
        'whoever starts it',
    )
  }

  async #left(ms: number, these?: readonly ProcessInfo[]): Promise<ProcessInfo[]> {
    const meant = (info: ProcessInfo): boolean =>
      these?.some(({ pid, startTime }) => info.pid === pid && info.startTime === startTime) ?? true
    for (const end = realNow() + ms; ; await realDelay(POLL)) {
      const left = (await this.#list()).filter(meant)
      if (left.length === 0 || realNow() > end) return left
    }
  }
}
