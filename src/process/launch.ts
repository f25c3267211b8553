import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

import { executableCommand } from '../command-line.ts'
import { SuperviseError, systemCode } from '../errors.ts'
import { realDelay } from '../real-time.ts'
import type { SpawnFault } from './fault-source.ts'
import { launchError } from './launch-error.ts'
import { startFaulty } from './spawn-fault.ts'

/** What is started, completely. */
export interface LaunchRequest {
  /** How messages call it. */
  readonly what: string
  readonly file: string
  /** Whether `file` is looked for in `PATH`. Default: it is the path that `buildAgentForTest()` resolved to. */
  readonly isProgram?: boolean
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
 * The one place where agents and supervisors are started: as the leader of its own process group, with pipes for its standard streams
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
