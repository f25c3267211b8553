import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { packedFiles } from './packed-files.ts'
import { repository } from './repository.ts'
import { installedPackage, ownRuntime, type Runtime } from './runtime.ts'
import { directoriesIn, type LabProcess, processesOf, untilNone } from './survivors.ts'
import { VitestRun } from './vitest-run.ts'

/** What a project is made of. */
export interface ProjectOptions {
  readonly runtime?: Runtime
  /** Contents by path. */
  readonly files: Readonly<Record<string, string>>
  /** What it has installed besides, by its name there: packages of this repository. */
  readonly modules?: Readonly<Record<string, string>>
  /** Options of the plugin; null: without the plugin. */
  readonly supervise?: object | null
  /** The part `test` of the Vitest configuration. */
  readonly test?: object
}

const SURVIVAL_MS = 2000

/** What projects have installed besides is taken from here. */
const modulesFolder =
  installedPackage === undefined ? path.join(repository, 'node_modules') : path.dirname(installedPackage)

/**
 * A small Vitest project in a directory of its own, which has the built package installed as its users have it, one
 * version of Vitest, and a directory for temporary files that is nobody else's. Removed, with all its processes, when disposed of.
 */
export class LabProject implements AsyncDisposable {
  readonly root: string
  /** `TMPDIR` of the project's runs. Its path is short: sockets are made below it. */
  readonly temporary: string
  readonly runtime: Runtime
  readonly #runs: VitestRun[] = []

  constructor({ runtime = ownRuntime, files, modules = {}, supervise = {}, test = {} }: ProjectOptions) {
    this.runtime = runtime
    this.root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'vl-')))
    this.temporary = this.path('t')
    mkdirSync(this.temporary)
    try {
      this.#install()
      for (const [name, from] of Object.entries(modules)) this.#link(name, from)
    } catch (error) {
      rmSync(this.root, { recursive: true, force: true })
      throw error
    }
    this.write('package.json', '{ "private": true, "type": "module" }')
    const plugins = supervise === null ? '' : `supervise(${JSON.stringify(supervise)})`
    this.write(
      'vitest.config.js',
      `import { defineConfig } from 'vitest/config'\nimport { supervise } from 'vitest-supervise/plugin'\n` +
        `export default defineConfig({ plugins: [${plugins}], test: ${JSON.stringify(test)} })\n`,
    )
    for (const [file, content] of Object.entries(files)) this.write(file, content)
  }

  path(...segments: string[]): string {
    return path.join(this.root, ...segments)
  }

  write(file: string, content: string): void {
    mkdirSync(path.dirname(this.path(file)), { recursive: true })
    writeFileSync(this.path(file), content)
  }

  /** The content of a file; undefined when there is none. */
  read(file: string): string | undefined {
    return existsSync(this.path(file)) ? readFileSync(this.path(file), 'utf8') : undefined
  }

  /** Runs the tests to the end. */
  async run(...args: string[]): Promise<VitestRun> {
    const run = this.start('run', ...args)
    await run.ended
    return run
  }

  /** Starts `vitest` with these arguments, as the leader of a process group. */
  start(...args: string[]): VitestRun {
    const run = new VitestRun(this, args)
    this.#runs.push(run)
    return run
  }

  /** The live processes of this project. */
  processes(): LabProcess[] {
    return processesOf(this.root)
  }

  /** What still is there 2 s from now, or nothing as soon as nothing is: processes and directories. */
  async survivors(limit = SURVIVAL_MS): Promise<Survivors> {
    const { left, after } = await untilNone(
      () => [...this.processes(), ...directoriesIn(this.temporary)],
      limit,
    )
    return {
      processes: left.filter((one) => typeof one !== 'string'),
      directories: left.filter((one) => typeof one === 'string'),
      after,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await untilNone(() => {
      const left = this.processes()
      for (const { pid } of left) kill(pid)
      return left
    }, SURVIVAL_MS)
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 })
  }

  /** Puts the package there as its tarball has it. What it declares as a dependency is found, and nothing else is. */
  #install(): void {
    const target = this.path('node_modules', 'vitest-supervise')
    if (installedPackage === undefined) {
      for (const file of packedFiles()) cpSync(path.join(repository, file), path.join(target, file))
    } else cpSync(installedPackage, target, { recursive: true })
    for (const name of [...dependencies(), '@types/node']) this.#link(name, name)
    symlinkSync(this.runtime.vitest, this.path('node_modules', 'vitest'))
  }

  #link(name: string, from: string): void {
    mkdirSync(path.dirname(this.path('node_modules', name)), { recursive: true })
    symlinkSync(path.join(modulesFolder, from), this.path('node_modules', name))
  }
}

/** What a run has left. */
export interface Survivors {
  readonly processes: readonly LabProcess[]
  readonly directories: readonly string[]
  /** How long it took until nothing was left, or until the look was given up. Milliseconds. */
  readonly after: number
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was faster.
  }
}

function dependencies(): string[] {
  const manifest = JSON.parse(
    readFileSync(path.join(installedPackage ?? repository, 'package.json'), 'utf8'),
  ) as {
    dependencies: Record<string, string>
  }
  return Object.keys(manifest.dependencies)
}
