import { LONGEST_TIMER, type SupervisorOptions, type SupervisorParts } from './supervisor.ts'

/** Keeps a scraper up in one loop, for a limited number of restarts. */
export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #options: SupervisorOptions
  #abort: AbortController | undefined
  #loop: Promise<void> = Promise.resolve()

  constructor(parts: SupervisorParts, options: SupervisorOptions) {
    this.#parts = parts
    this.#options = options
  }

  start(): void {
    if (this.#abort) return
    const { signal } = (this.#abort = new AbortController())
    this.#loop = this.#loop.then(() => this.#keepUp(signal))
  }

  async stop(): Promise<void> {
    this.#abort?.abort()
    this.#abort = undefined
    await this.#loop
  }

  async #keepUp(signal: AbortSignal): Promise<void> {
    const { delay, maxDelay, maxRestarts, stableAfter, window } = this.#options
    let failures: number[] = []
    let streak = 0
    while (!signal.aborted) {
      const uptime = await this.#run(signal)
      if (signal.aborted) return
      if (uptime >= stableAfter) {
        failures = []
        streak = 0
      }
      const now = this.#parts.now()
      failures = [...failures.filter((time) => now - time < window), now]
      if (failures.length > maxRestarts) {
        this.#abort = undefined
        this.#parts.onGiveUp?.()
        return
      }
      await this.#sleep(Math.min(delay * 2 ** streak, maxDelay, LONGEST_TIMER), signal)
      streak += 1
      failures.push(this.#parts.now())
    }
  }

  /** Runs the program to its end, and says how long it was ready. */
  async #run(signal: AbortSignal): Promise<number> {
    const { spawn, timers, file, args, env, now } = this.#parts
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let readySince = Infinity
    let killTimer: NodeJS.Timeout | undefined
    child.stdout.once('data', () => (readySince = now()))
    const exited = new Promise<unknown>((resolve) => child.on('exit', resolve).on('error', resolve))
    const terminate = (): void => {
      killTimer = timers.setTimeout(() => child.kill('SIGKILL'), this.#options.grace)
      child.kill()
    }
    signal.addEventListener('abort', terminate)
    await exited
    signal.removeEventListener('abort', terminate)
    timers.clearTimeout(killTimer)
    return now() - readySince
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const { timers } = this.#parts
    return new Promise((resolve) => {
      const wake = (): void => {
        timers.clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const timer = timers.setTimeout(wake, ms)
      signal.addEventListener('abort', wake)
    })
  }
}
