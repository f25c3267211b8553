import { type ChildProcess, spawn } from 'node:child_process'

export interface SupervisorOptions {
  /** The first delay before a restart, in ms; each is twice the one before, up to a minute. */
  readonly delay?: number
  /** A child that has run this long is healthy: the delay begins anew. ms */
  readonly stableAfter?: number
  /** How long a child may take to exit after SIGTERM, in ms. */
  readonly grace?: number
}

/** Keeps one command running. An ordinary supervisor: it knows nothing of tests. */
export class Supervisor {
  restarts = 0
  readonly #command: readonly [file: string, args: readonly string[], env: NodeJS.ProcessEnv]
  readonly #options: Required<SupervisorOptions>
  #child: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  #wanted = false

  constructor(
    file: string,
    args: readonly string[] = [],
    { env = process.env, ...options }: SupervisorOptions & { env?: NodeJS.ProcessEnv } = {},
  ) {
    this.#command = [file, args, env]
    this.#options = { delay: 1000, stableAfter: 60_000, grace: 5000, ...options }
  }

  /** Keeps it running until `stop`. Does nothing if it does so already. */
  start(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#failures = 0
    // One that is still stopping is followed by the next when it is gone.
    if (!this.#child) this.#spawn()
  }

  /** Resolves when the child is gone: SIGTERM, and SIGKILL after the grace. */
  async stop(): Promise<void> {
    this.#wanted = false
    clearTimeout(this.#timer)
    const child = this.#child
    if (!child) return
    const kill = setTimeout(() => child.kill('SIGKILL'), this.#options.grace)
    await new Promise((resolve) => {
      child.once('exit', resolve)
      child.once('error', resolve)
      // Of a child that was never started Node does not know the process, and signals any, such as this process group.
      if (child.pid !== undefined) child.kill('SIGTERM')
    })
    clearTimeout(kill)
  }

  #spawn(): void {
    const [file, args, env] = this.#command
    const started = Date.now()
    const child = spawn(file, args, { env, stdio: 'ignore' })
    this.#child = child
    const ended = (): void => this.#ended(started)
    child.on('error', ended)
    child.on('exit', ended)
  }

  #ended(started: number): void {
    this.#child = undefined
    if (!this.#wanted) return
    if (Date.now() - started >= this.#options.stableAfter) this.#failures = 0
    const delay = Math.min(this.#options.delay * 2 ** this.#failures++, 60_000)
    this.#timer = setTimeout(() => {
      this.restarts += 1
      this.#spawn()
    }, delay)
  }
}
