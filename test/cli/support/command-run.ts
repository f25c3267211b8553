import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

import type { LabProject } from '../../lab/project.ts'

/** What the command has come to. */
export interface CommandOutcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** One run of the installed command in a lab project. */
export class CommandRun {
  readonly process: ChildProcess
  readonly ended: Promise<CommandOutcome>

  /** @param environment besides that of this process, without what CI systems set */
  constructor(
    project: LabProject,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ) {
    const program = project.path('node_modules/vitest-supervise/dist/src/cli/main.js')
    this.process = spawn(process.execPath, [program, ...args], {
      cwd: project.root,
      env: { ...withoutCi(process.env), TMPDIR: project.temporary, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.ended = this.#end()
  }

  async #end(): Promise<CommandOutcome> {
    let [out, err] = ['', '']
    this.process.stdout?.on('data', (data) => (out += data))
    this.process.stderr?.on('data', (data) => (err += data))
    const [code] = (await once(this.process, 'close')) as [number | null]
    return { code, out, err }
  }
}

/** Runs the command to its end. */
export function run(project: LabProject, ...args: string[]): Promise<CommandOutcome> {
  return new CommandRun(project, args).ended
}

function withoutCi(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isOfCi =
    /^(CI$|CI_NODE|CIRCLE|BUILDKITE|SYSTEM_|SEMAPHORE|BITBUCKET|JOB_COMPLETION|VITEST|NODE_OPTIONS)/
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isOfCi.test(name)))
}
