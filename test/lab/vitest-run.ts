import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import type { LabProject } from './project.ts'

/** How one test of a run came out. */
export interface TestOutcome {
  readonly name: string
  readonly state: string
  /** Its errors, each with its stack. */
  readonly errors: readonly string[]
  readonly meta: Readonly<Record<string, unknown>>
}

interface JsonReport {
  readonly success: boolean
  readonly testResults: readonly {
    readonly message?: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[] | null
      readonly meta?: Record<string, unknown>
    }[]
  }[]
}

const POLL_MS = 10
/** No run here takes longer unless it hangs. */
const RUN_LIMIT_MS = 90_000

let runs = 0

/** One `vitest` process of a lab project. */
export class VitestRun {
  readonly process: ChildProcess
  readonly pid: number
  /** Settles when the process has ended. Rejects, having killed it, when it takes more than 90 s. */
  readonly ended: Promise<void>
  readonly #out: string
  readonly #report: string

  constructor(project: LabProject, args: readonly string[]) {
    const number = ++runs
    this.#out = project.path(`out-${number}.log`)
    this.#report = project.path(`report-${number}.json`)
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${this.#report}`]
    const fd = openSync(this.#out, 'w')
    this.process = spawn(
      project.runtime.node,
      [path.join(project.runtime.vitest, 'vitest.mjs'), ...args, ...reporters],
      {
        cwd: project.root,
        env: environment(project),
        // Files: who still holds a pipe to us could keep the run from ending.
        stdio: ['pipe', fd, fd],
        detached: true,
      },
    )
    closeSync(fd)
    this.process.stdin?.on('error', () => {})
    this.pid = this.process.pid ?? 0
    this.ended = this.#end()
    this.ended.catch(() => {})
  }

  get code(): number | null {
    return this.process.exitCode
  }

  get signal(): NodeJS.Signals | null {
    return this.process.signalCode
  }

  get isOver(): boolean {
    return this.code !== null || this.signal !== null
  }

  /** What it printed on both streams so far, without colours. */
  get output(): string {
    // oxlint-disable-next-line no-control-regex -- colours begin with that
    return readFileSync(this.#out, 'utf8').replaceAll(/\u001B\[[\d;]*m/g, '')
  }

  /** The tests by name, from the JSON reporter's file. */
  get tests(): Readonly<Record<string, TestOutcome>> {
    return Object.fromEntries(
      this.#json.testResults
        .flatMap(({ assertionResults }) => assertionResults)
        .map(({ fullName, status, failureMessages, meta }) => [
          fullName,
          { name: fullName, state: status, errors: failureMessages ?? [], meta: meta ?? {} },
        ]),
    )
  }

  /** Their states alone. */
  get states(): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.values(this.tests).map(({ name, state }) => [name, state]))
  }

  /** The errors of files that failed as such. */
  get fileErrors(): string {
    return this.#json.testResults.map(({ message }) => message ?? '').join('\n')
  }

  get #json(): JsonReport {
    try {
      return JSON.parse(readFileSync(this.#report, 'utf8')) as JsonReport
    } catch (cause) {
      throw new Error(`The run wrote no report. It printed:\n${this.output}`, { cause })
    }
  }

  /** Waits for `look` to give something, at most `limit` ms, and while the run goes on. */
  async until<T>(what: string, look: () => T | undefined, limit = 30_000): Promise<T> {
    const deadline = performance.now() + limit
    for (;;) {
      const over = this.isOver
      const found = look()
      if (found !== undefined) return found
      if (over) throw new Error(`The run ended without ${what}. It printed:\n${this.output}`)
      if (performance.now() > deadline)
        throw new Error(`No ${what} within ${limit} ms. Printed:\n${this.output}`)
      await delay(POLL_MS)
    }
  }

  /** Waits until it has printed this `times` times. */
  async prints(text: string, times = 1): Promise<void> {
    await this.until(`"${text}" (${times})`, () => this.output.split(text).length > times || undefined)
  }

  async #end(): Promise<void> {
    const limit = new AbortController()
    const exited = new Promise<'exited'>((resolve) => this.process.once('exit', () => resolve('exited')))
    const timeout = delay(RUN_LIMIT_MS, 'too long' as const, { signal: limit.signal }).catch(
      () => 'exited' as const,
    )
    const outcome = await Promise.race([exited, timeout])
    limit.abort()
    if (outcome === 'exited') return
    this.process.kill('SIGKILL')
    throw new Error(`The run did not end within ${RUN_LIMIT_MS} ms. It printed:\n${this.output}`)
  }
}

/** This process's, without what it has from the Vitest that runs it, but for the mark: it dies with us. */
function environment(project: LabProject): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) =>
      !/^(VITEST|TINYPOOL|NODE_ENV$|NODE_OPTIONS$|NODE_V8|TEST$|MODE$|DEV$|PROD$|SSR$|BASE_URL$|FORCE_COLOR$|SUPERVISE_RUN$|CI$|GITHUB_)/.test(
        name,
      ),
  )
  return { ...Object.fromEntries(own), TMPDIR: project.temporary, NO_COLOR: '1' }
}
