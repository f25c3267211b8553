import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { onTestFinished } from 'vitest'

import { alive } from './alive.ts'
import type { Scratch } from './scratch.ts'
import { until } from './until.ts'

const DIST = path.resolve(import.meta.dirname, '../../dist/src')

/** A program of its own, without Vitest, that uses the built library. */
export class Script {
  readonly child: ChildProcess
  #stdout = ''
  #stderr = ''

  /**
   * @param body an ES module; `load(name)` imports a module of the library, `say(value)` prints a line of JSON
   * @param before the words of a program that becomes this one
   */
  constructor(
    scratch: Scratch,
    body: string,
    env: Record<string, string> = {},
    name = 'script.mjs',
    before: readonly string[] = [],
  ) {
    const head = `
      const load = (name) => import(${JSON.stringify(pathToFileURL(DIST).href)} + '/' + name)
      const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n')
    `
    const file = scratch.write(name, head + body)
    const { SUPERVISE_RUN: _run, SUPERVISE_MARK: _mark, ...rest } = process.env
    const options = { env: { ...rest, TMPDIR: scratch.root, ...env }, detached: true }
    const [program, ...args] = [...before, process.execPath, file]
    this.child = spawn(program, args, options)
    this.child.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()))
    this.child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()))
    onTestFinished(async () => {
      if (alive(this.pid)) process.kill(-this.pid, 'SIGKILL')
      await until('the script is gone', () => !alive(this.pid))
    })
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  get stderr(): string {
    return this.#stderr
  }

  /** The line of this number, from 0, as it was said. */
  async said<T>(line = 0): Promise<T> {
    const text = await until(`the script says line ${line}`, () => {
      if (this.child.exitCode !== null && !this.#stdout.includes('\n')) throw new Error(this.#stderr)
      return this.#stdout.split('\n').slice(0, -1).at(line)
    })
    return JSON.parse(text) as T
  }

  async exit(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit')
    return this.child.exitCode
  }
}
