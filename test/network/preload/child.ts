import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'

import { onTestFinished } from 'vitest'

import { repository } from '../../lab/repository.ts'
import { nodeAtHand } from '../../lab/runtime.ts'
import { alive } from '../../support/alive.ts'
import type { Scratch } from '../../support/scratch.ts'
import { until } from '../../support/until.ts'
import type { ControlStandIn } from '../support/control.ts'

/** The versions of Node that children are run with: this one, and those that are at hand. */
export const NODES: readonly { readonly version: string; readonly node: string }[] = [
  { version: 'this Node', node: process.execPath },
  ...(await Promise.all(
    ['22', '24', '26'].map(async (major) => ({
      version: `Node ${major}`,
      node: (await nodeAtHand(major)) ?? '',
    })),
  )),
]

/** Skips the test where there is no such version. */
export function assumeNode(node: string, skip: (reason: string) => never): void {
  if (node === '') skip('it is not installed; `CI=1` installs it')
}

interface ChildOptions {
  readonly node?: string
  readonly type?: 'module' | 'commonjs'
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
}

/** A program whose network is a stand-in's. */
export class Child {
  readonly process: ChildProcess
  #stdout = ''
  #stderr = ''

  /** @param body a module, in which `say(value)` prints a line of JSON and `errorOf(error)` makes one of an error */
  constructor(scratch: Scratch, control: ControlStandIn, body: string, options: ChildOptions = {}) {
    const { node = process.execPath, type = 'commonjs', env = {}, args = [] } = options
    if (!fs.existsSync(scratch.path('node_modules'))) {
      fs.symlinkSync(path.join(repository, 'node_modules'), scratch.path('node_modules'))
    }
    const head = `
      const say = (value) => process.stdout.write(JSON.stringify(value ?? null) + '\\n')
      const errorOf = (error) => ({ message: error.message, ...error })
    `
    const file = scratch.write(type === 'module' ? 'child.mjs' : 'child.cjs', head + body)
    const { PATH = '' } = process.env
    this.process = spawn(node, [...args, file], {
      env: { PATH, NODE_OPTIONS: control.nodeOptions, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.process.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()))
    this.process.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()))
    onTestFinished(async () => {
      if (this.process.exitCode === null) this.process.kill('SIGKILL')
      await until('the child is gone', () => !alive(this.process.pid ?? 0))
    })
  }

  get stderr(): string {
    return this.#stderr
  }

  get lines(): readonly unknown[] {
    return this.#stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown)
  }

  /** The line of this number, from 0, as soon as it is said. */
  async said(line = 0): Promise<unknown> {
    const found = await until(`the child says line ${line}`, () => {
      const { lines } = this
      if (this.process.exitCode !== null && lines.length <= line) throw new Error(this.#stderr)
      return lines.length > line ? { value: lines[line] } : undefined
    })
    return found.value
  }

  /** All that it has said, when it has ended by itself with status 0. */
  async all(): Promise<readonly unknown[]> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'close')
    if (this.process.exitCode !== 0) throw new Error(`the child ended: ${this.#stderr}`)
    return this.lines
  }
}
