import { LONGEST_TIMER, type SupervisorOptions, type SupervisorParts } from './supervisor.ts'

/** Keeps a metrics exporter up in one loop; whoever stops it ends the run under way. */
export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #options: SupervisorOptions
  #terminate: (() => void) | undefined
  #loop: Promise<void> = Promise.resolve()
  #active = false

  constructor(parts: SupervisorParts, options: SupervisorOptions) {
    this.#parts = parts
    this.#options = options
  }

  start(): void {
    if (this.#active) return
    this.#active = true
    const draining = this.#terminate !== undefined
    this.#loop = draining ? this.#loop.then(() => this.#keepUp()) : this.#keepUp()
  }

  async stop(): Promise<void> {
    if (!this.#terminate) return
    this.#active = false
    this.#terminate()
    await this.#loop
  }

  async #keepUp(): Promise<void> {
    const { delay, maxDelay, maxRestarts, stableAfter, window } = this.#options
    let failures: number[] = []
    let streak = 0
    while (this.#active) {
      const uptime = await this.#run()
      if (uptime === 'stopped') return
      if (uptime >= stableAfter) {
        failures = []
        streak = 0
      }
      const now = this.#parts.now()
      failures = [...failures.filter((time) => now - time < window), now]
      if (failures.length > maxRestarts) {
        this.#active = false
        this.#parts.onGiveUp?.()
        return
      }
      await this.#sleep(Math.min(delay * 2 ** streak, maxDelay, LONGEST_TIMER))
      streak += 1
    }
  }

  /** Runs the program to its end, and says how long it was ready. */
  async #run(): Promise<number | 'stopped'> {
    const { spawn, timers, file, args, env, now } = this.#parts
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let readySince = Infinity
    let killTimer: NodeJS.Timeout | undefined
    child.stdout.once('data', () => (readySince = now()))
    const exited = new Promise<unknown>((resolve) => child.on('exit', resolve).on('error', resolve))
    this.#terminate = () => {
      killTimer ??= timers.setTimeout(() => child.kill('SIGKILL'), this.#options.grace)
      child.kill()
    }
    await exited
    this.#terminate = undefined
    timers.clearTimeout(killTimer)
    return killTimer ? 'stopped' : now() - readySince
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#parts.timers.setTimeout(resolve, ms))
  }
}
