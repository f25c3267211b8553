import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Stats, statSync } from 'node:fs'
import path from 'node:path'
import { inspect } from 'node:util'

import { executableCommand } from '../command-line.ts'
import { SuperviseError, systemCode } from '../errors.ts'
import { realDelay } from '../real-time.ts'
import type { SpawnFault } from './fault-source.ts'
import { startFaulty } from './spawn-fault.ts'

/** What is started, completely. */
export interface LaunchRequest {
  /** How messages call it. */
  readonly what: string
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Whether the child gets a socket on descriptor 3. */
  readonly control: boolean
  /** Has nothing started any more. */
  readonly signal?: AbortSignal | undefined
  /** How the start is to fail, and a path for that at which nothing is. */
  readonly fault?: { readonly kind: SpawnFault; readonly path: string } | undefined
}

const BUSY_RETRIES = 50
const BUSY_PAUSE_MS = 10

/**
 * The one place where agents are started: as the leader of its own process group, with pipes for its standard streams
 * and with nothing of this process's environment. `adopt` gets the child in the tick in which it came to be.
 * Rejects with `ERR_AGENT_NOT_FOUND`, `ERR_AGENT_NOT_EXECUTABLE`, `ERR_RUNTIME_DIR` or `ERR_AGENT_SPAWN_FAILED`,
 * or with the reason of the signal.
 */
export async function launch<T>(request: LaunchRequest, adopt: (child: ChildProcess) => T): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    request.signal?.throwIfAborted()
    try {
      const child = request.fault
        ? startFaulty(request.fault.kind, request.fault.path, (file) => start({ ...request, file }))
        : start(request)
      if (child.pid !== undefined) return adopt(child)
      await once(child, 'error').then(([cause]) => Promise.reject(cause as Error))
    } catch (cause) {
      if (cause instanceof SuperviseError) throw cause
      // A compiler may still have the file open that it has just written.
      if (systemCode(cause) !== 'ETXTBSY' || attempt === BUSY_RETRIES) throw launchError(request, cause)
      await realDelay(BUSY_PAUSE_MS)
    }
  }
}

function start({ file, args, cwd, env, control }: LaunchRequest): ChildProcess {
  const command = executableCommand(file)
  return spawn(command.file, [...command.args, ...args], {
    cwd,
    env,
    detached: process.platform !== 'win32',
    stdio: ['pipe', 'pipe', 'pipe', ...(control ? (['pipe'] as const) : [])],
    windowsHide: true,
  })
}

function launchError(request: LaunchRequest, cause: unknown): SuperviseError {
  const { what, cwd, fault } = request
  const file = fault?.path ?? request.file
  const facts = { file, cwd, cause }
  if (!statOf(cwd)?.isDirectory()) {
    return new SuperviseError(
      'ERR_RUNTIME_DIR',
      `${what} could not be started in ${cwd}: that is not a directory. Create it first, or leave out \`cwd\` and ` +
        '`runtimeDir` to get a fresh one.',
      facts,
    )
  }
  // JavaScript may give anything, above all the promise of `buildAgentForTest()`.
  if (typeof file !== 'string' || file === '') {
    return new SuperviseError(
      'ERR_AGENT_NOT_FOUND',
      `${what} could not be started: \`agentPath\` is ${inspect(file)}, which names no file. Give it what ` +
        '`await buildAgentForTest()` resolves to, or the absolute path of an executable.',
      facts,
    )
  }
  const stats = path.isAbsolute(file) ? statOf(file) : undefined
  switch (systemCode(cause)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return stats
        ? new SuperviseError(
            'ERR_AGENT_NOT_EXECUTABLE',
            `${what} could not be started: ${file} exists, but the interpreter that its first line names does not. ` +
              'Build the agent again with `buildAgentForTest()`, or mend its "#!" line.',
            facts,
          )
        : new SuperviseError(
            'ERR_AGENT_NOT_FOUND',
            `${what} could not be started: there is no file ${file}. Give \`agentPath\` what \`buildAgentForTest()\` ` +
              'resolved to, or the absolute path of an executable.',
            facts,
          )
    case 'EACCES':
      return new SuperviseError(
        'ERR_AGENT_NOT_EXECUTABLE',
        stats?.isDirectory()
          ? `${what} could not be started: ${file} is a directory. Name the executable file inside it.`
          : `${what} could not be started: ${file} is not executable. Run \`chmod +x\` on it, or have it built by ` +
              '`buildAgentForTest()`.',
        facts,
      )
    default:
      return new SuperviseError(
        'ERR_AGENT_SPAWN_FAILED',
        `${what} could not be started: the system refused to run ${file} (${systemCode(cause) ?? String(cause)}).`,
        facts,
      )
  }
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file)
  } catch {
    return undefined // It is not there, or below something that is no directory, or not for us to see.
  }
}
