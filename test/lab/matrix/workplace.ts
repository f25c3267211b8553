import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import { repository } from '../repository.ts'
import { processesOf, untilNone } from '../survivors.ts'
import { type CellResult, outcomeOf } from './outcome.ts'
import { copySuite, type Suite } from './suite.ts'
import { messageOf } from '../../../src/errors.ts'

/** Vitest 5 refuses to be installed beside those for Node 20. */
const TYPES_FOR_5 = { '@types/node': '^24.0.0' }

/** A cell that takes longer hangs. */
const LIMIT_MS = 20 * 60_000
const SURVIVAL_MS = 5000

/** A directory outside of the repository, with an installation of the package and its suite for each Vitest. */
export class Workplace implements AsyncDisposable {
  readonly #root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'vm-')))
  readonly #suite: Suite
  readonly #installed = new Map<string, Promise<string>>()
  #tarball: Promise<string> | undefined

  constructor(suite: Suite) {
    this.#suite = suite
  }

  /**
   * Runs the suite, or those of its files whose paths contain one of `filters`, with this binary of Node. What cannot be
   * installed has failed.
   */
  async run(node: string, vitest: string, filters: readonly string[]): Promise<CellResult> {
    try {
      return await this.#run(node, vitest, filters)
    } catch (error) {
      const failures = [messageOf(error)]
      return { passed: 0, failed: 1, skipped: 0, seconds: 0, failures }
    }
  }

  async #run(node: string, vitest: string, filters: readonly string[]): Promise<CellResult> {
    const project = await this.#project(vitest)
    const temporary = path.join(this.#root, 't')
    mkdirSync(temporary, { recursive: true })
    const report = path.join(this.#root, 'report.json')
    rmSync(report, { force: true })
    const log = path.join(this.#root, 'out.log')
    const began = performance.now()
    const ended = await this.#vitest(node, project, log, [
      'run',
      ...filters,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ])
    const seconds = (performance.now() - began) / 1000
    const problems = [...ended, ...(await this.#left(temporary))]
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 })
    return { ...outcomeOf(project, report, log, problems), seconds }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await untilNone(() => {
      const left = processesOf(this.#root)
      for (const { pid } of left) kill(pid)
      return left
    }, SURVIVAL_MS)
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 5 })
  }

  /** An installation with this Vitest, made at the first call. */
  #project(vitest: string): Promise<string> {
    const known = this.#installed.get(vitest)
    if (known) return known
    const made = this.#install(vitest)
    this.#installed.set(vitest, made)
    return made
  }

  /** As a stranger does it: `npm install` of the tarball, of Vitest, and of what the tests use. */
  async #install(vitest: string): Promise<string> {
    const tarball = await (this.#tarball ??= this.#pack())
    const project = path.join(this.#root, vitest)
    mkdirSync(project)
    const manifest = {
      name: 'stranger',
      private: true,
      type: 'module',
      dependencies: {
        ...this.#suite.packages,
        ...(Number(vitest.split('.')[0]) >= 5 ? TYPES_FOR_5 : {}),
        vitest,
        'vitest-supervise': `file:${tarball}`,
      },
    }
    writeFileSync(path.join(project, 'package.json'), JSON.stringify(manifest, undefined, 2))
    await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: project,
    })
    copySuite(this.#suite, project)
    return project
  }

  async #pack(): Promise<string> {
    const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', this.#root]
    await promisify(execFile)('npm', args, { cwd: repository })
    const name = readdirSync(this.#root).find((file) => file.endsWith('.tgz'))
    if (name === undefined)
      throw new Error('npm has packed nothing: is there a dist? `npm run build` makes it.')
    return path.join(this.#root, name)
  }

  /** Runs Vitest to its end; what went wrong with it as such. */
  async #vitest(node: string, project: string, log: string, args: readonly string[]): Promise<string[]> {
    const modules = path.join(project, 'node_modules')
    const fd = openSync(log, 'w')
    const child = spawn(node, [path.join(modules, 'vitest', 'vitest.mjs'), ...args], {
      cwd: project,
      env: environment(path.join(this.#root, 't'), path.join(modules, 'vitest-supervise')),
      stdio: ['ignore', fd, fd],
      detached: true,
    })
    closeSync(fd)
    // What could not be started has no group; that of 0 is this process's own.
    const { pid } = child
    const limit = pid === undefined ? undefined : setTimeout(() => kill(-pid), LIMIT_MS)
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    clearTimeout(limit)
    return signal === null && (code === 0 || code === 1)
      ? []
      : [`Vitest ended with ${signal ?? `code ${code}`}.`]
  }

  /** What a cell leaves running. It is killed. */
  async #left(temporary: string): Promise<string[]> {
    const { left } = await untilNone(() => processesOf(temporary), SURVIVAL_MS)
    for (const { pid } of left) kill(pid)
    return left.map(({ command, pid }) => `Left running: ${command} (${pid})`)
  }
}

/** This process's, without what says how npm has started it. As on CI: a snapshot that is missing fails. */
function environment(temporary: string, installed: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$|GITHUB_|INIT_CWD$|VITEST)/.test(name),
  )
  return { ...Object.fromEntries(own), TMPDIR: temporary, CI: '1', NO_COLOR: '1', LAB_PACKAGE: installed }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was faster.
  }
}
