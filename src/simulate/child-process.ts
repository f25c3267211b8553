import type { exec, execFile, fork, ForkOptions, spawn, SpawnOptions, StdioOptions } from 'node:child_process'
import { inspect } from 'node:util'
import { fileURLToPath } from 'node:url'

import { asChildProcess } from './child.ts'
import { collectorOf } from './collect.ts'
import type { HeapClock } from './heap-clock.ts'
import { commandOf } from './shell-line.ts'
import type { Starts } from './starts.ts'

/** What starts processes in `node:child_process`, in a simulation. */
export interface SimulatedChildProcess {
  readonly spawn: typeof spawn
  readonly fork: typeof fork
  readonly exec: typeof exec
  readonly execFile: typeof execFile
}

type Start<Options> = (
  file: unknown,
  args?: readonly string[] | Options | null,
  options?: Options,
) => ReturnType<typeof asChildProcess>

/** The functions of a simulation, with the arguments, results and errors of Node's. */
export function childProcessOf(starts: Starts, clock: HeapClock): SimulatedChildProcess {
  const start: Start<SpawnOptions> = (file, args, options) => {
    const [name, words, others] = argumentsOf('file', file, args, options)
    if (!others.shell) return asChildProcess(starts.spawn(name, words, others))
    const line = [name, ...words].join(' ')
    const shell = typeof others.shell === 'string' ? others.shell : '/bin/sh'
    return asChildProcess(starts.spawn(shell, ['-c', line], others, commandOf(name, words, true)))
  }
  const startModule: Start<ForkOptions> = (file, args, options) => {
    const [program, words, others] = argumentsOf('modulePath', file, args, options)
    const { execPath = process.execPath, execArgv = process.execArgv } = others
    const all = [...execArgv, program, ...words]
    const command =
      execPath === process.execPath ? { program, words, by: 'node' as const } : commandOf(execPath, all)
    return asChildProcess(starts.spawn(execPath, all, { ...others, stdio: stdioOf(others) }, command))
  }
  // Their streams are stand-ins, and that `stdio` says which there are is known by overloads alone.
  return Object.freeze({
    spawn: start as typeof spawn,
    fork: startModule,
    ...collectorOf(start, clock),
  })
}

function argumentsOf<Options extends object>(
  what: string,
  file: unknown,
  args: readonly string[] | Options | null | undefined,
  options: Options | undefined,
): [file: string, args: readonly string[], options: Options] {
  const name = file instanceof URL ? fileURLToPath(file) : file
  if (typeof name !== 'string' || name === '') throw invalid(what, file)
  const words = Array.isArray(args) ? (args as readonly unknown[]).map(String) : []
  const others = Array.isArray(args) ? options : ((args as Options | null | undefined) ?? options)
  return [name, words, others ?? ({} as Options)]
}

/** As `fork` has it: outputs go where this process's go unless it is silent, and there always is a channel. */
function stdioOf({ stdio, silent = false }: ForkOptions): StdioOptions {
  if (!Array.isArray(stdio)) {
    const kind = typeof stdio === 'string' ? stdio : silent ? 'pipe' : 'inherit'
    return [kind, kind, kind, 'ipc']
  }
  if (stdio.includes('ipc')) return stdio
  const error = new Error("Forked processes must have an IPC channel, missing value 'ipc' in options.stdio")
  throw Object.assign(error, { code: 'ERR_CHILD_PROCESS_IPC_REQUIRED' })
}

function invalid(what: string, value: unknown): TypeError {
  const code = value === '' ? 'ERR_INVALID_ARG_VALUE' : 'ERR_INVALID_ARG_TYPE'
  const problem = value === '' ? 'cannot be empty' : 'must be of type string'
  const error = new TypeError(`The argument "${what}" ${problem}. Received ${inspect(value, { depth: 0 })}`)
  return Object.assign(error, { code })
}
