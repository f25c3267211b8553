import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

import type { SupervisorEnd } from '../../src/conformance/adapter.ts'
import { descendantsOf, type ProcessInfo, processTable, snapshot } from '../../src/process/table/index.ts'
import type { RestartLoopPolicy } from '../../src/restart/policy.ts'
import { deferred } from '../../src/wait.ts'

/** What it declares. ms */
export const DELAYS = [1000, 2000, 4000]
export const GRACE = 5000
export const RESET_AFTER = 60_000
export const MAX_RESTARTS = 4

/**
 * A supervisor as people write them, which does everything right, or all but one thing: a flaw goes by the name of the
 * check that is to find it.
 */
export class FlawedSupervisor {
  readonly #file: string
  readonly #policy: RestartLoopPolicy
  readonly #flaw: string | undefined
  readonly #end = deferred<SupervisorEnd>()
  #child: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  #stopping = false
  #restarting = false

  constructor(file: string, policy: RestartLoopPolicy, flaw?: string) {
    this.#file = file
    this.#policy = policy
    this.#flaw = flaw
    this.#start()
    if (this.#has('starts-once')) setTimeout(() => this.#start(), 100)
  }

  get exited(): Promise<SupervisorEnd> {
    return this.#end.promise
  }

  async stop(): Promise<void> {
    if (this.#stopping && this.#has('second-stop-is-harmless')) throw new Error('it is stopping already')
    this.#stopping = true
    if (!this.#has('stop-during-backoff')) clearTimeout(this.#timer)
    const running = performance.now() > 0 || !this.#has('stop-during-start')
    if (this.#child && running && !this.#has('stop-leaves-nothing')) await this.#kill(this.#child)
    this.#end.resolve({ exitCode: 0, signal: null })
  }

  async restart(): Promise<void> {
    const child = this.#child
    if (!child || this.#has('restarts-on-request')) return
    this.#restarting = true
    if (this.#has('no-overlap-on-restart')) this.#start()
    await this.#kill(child, this.#has('restart-leaves-no-grandchild'))
  }

  #start(): void {
    const since = performance.now()
    const child = spawn(this.#file, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
    child.stdout.resume()
    this.#child = child
    const over = (code: number | null, signal: NodeJS.Signals | null): void =>
      this.#over(code, signal, performance.now() - since)
    child.once(this.#has('held-output-delays-nothing') ? 'close' : 'exit', over)
    if (this.#has('restarts-once-for-each-exit')) child.once('close', over)
  }

  #over(code: number | null, signal: NodeJS.Signals | null, uptime: number): void {
    this.#child = undefined
    const restarting = this.#restarting
    this.#restarting = false
    if (this.#stopping && !(this.#has('crash-while-stopping') && code === 1)) return
    if (restarting) return this.#has('no-overlap-on-restart') ? undefined : this.#start()
    const failed = this.#isFailure(code, signal)
    if (!this.#wantsRestart(failed)) return this.#finish(failed, signal)
    if (uptime >= RESET_AFTER && !this.#has('delay-resets-after-uptime')) this.#failures = 0
    const most = this.#has('gives-up-at-the-limit') ? MAX_RESTARTS + 1 : MAX_RESTARTS
    if (this.#failures === most) return this.#giveUp()
    const delay = DELAYS[this.#has('delays-as-declared') ? 0 : this.#failures] ?? 4000
    this.#failures += 1
    this.#timer = setTimeout(() => this.#start(), delay)
  }

  #isFailure(code: number | null, signal: NodeJS.Signals | null): boolean {
    if (this.#has('restarts-after-failure') && code === 1) return false
    if (this.#has('restarts-after-kill') && signal === 'SIGKILL') return false
    if (this.#has('restarts-after-abort') && signal === 'SIGABRT') return false
    return code !== 0
  }

  #wantsRestart(failed: boolean): boolean {
    if (this.#policy === 'always') return failed || !this.#has('always-restarts-after-success')
    if (this.#policy === 'on-failure') return failed || this.#has('on-failure-leaves-success')
    return this.#has(failed ? 'never-leaves-failure' : 'never-leaves-success')
  }

  #finish(failed: boolean, signal: NodeJS.Signals | null): void {
    const hidden = this.#has(signal === null ? 'reports-failure' : 'reports-signal')
    this.#end.resolve({ exitCode: failed && !hidden ? 1 : 0, signal: null })
  }

  #giveUp(): void {
    this.#end.resolve({ exitCode: this.#has('reports-giving-up') ? 0 : 1, signal: null })
  }

  async #kill(child: ChildProcess, alone = this.#has('grandchild-ordinary')): Promise<void> {
    const pid = child.pid ?? 0
    const tree = descendantsOf([pid], processTable.younger()).map(snapshot)
    const gone = once(child, 'exit')
    signal(alone ? pid : -pid, this.#has('waits-for-a-slow-stop') ? 'SIGKILL' : 'SIGTERM')
    const early = this.#has('escalates-to-kill') ? GRACE - 1000 : GRACE
    // `killed` is true as soon as a signal was sent.
    const kill = setTimeout(() => {
      if (!this.#has('kills-a-frozen-program') || !child.killed) signal(pid, 'SIGKILL')
    }, early)
    if (this.#has('kills-a-frozen-program')) child.kill('SIGTERM')
    await gone
    clearTimeout(kill)
    if (!alone) for (const info of tree) this.#killDescendant(info, pid)
  }

  #killDescendant({ pid, pgid }: ProcessInfo, group: number): void {
    if (this.#has('grandchild-ignore-sigterm')) return
    if (this.#has('grandchild-setsid') && pgid !== group) return
    signal(pid, 'SIGKILL')
  }

  #has(flaw: string): boolean {
    return this.#flaw === flaw
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended by itself.
  }
}
