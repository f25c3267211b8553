import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'

import { executableCommand } from '../command-line.ts'
import { SuperviseError, systemCode } from '../errors.ts'
import { realDelay } from '../real-time.ts'
import { launchError } from './launch-error.ts'
import { refuse, type Refusal } from './refusal.ts'

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
  /** The words of what becomes the program. */
  readonly before?: readonly string[] | undefined
  /** How the start is to be refused. */
  readonly refusal?: OrderedRefusal | undefined
}

/** A start that is to be refused. */
interface OrderedRefusal {
  readonly kind: Refusal
  /** A path at which nothing is. */
  readonly place: string
  /** Told why it was not refused so. */
  readonly impossible: (reason: string) => void
}

const BUSY_RETRIES = 50
const BUSY_PAUSE_MS = 10

/**
 * The one place where agents and supervisors are started: as the leader of its own process group, with pipes for its standard
 * streams and with nothing of this process's environment. `adopt` gets the child in the tick in which it came to be. Rejects
 * with `ERR_AGENT_NOT_FOUND`, `ERR_AGENT_NOT_EXECUTABLE`, `ERR_RUNTIME_DIR` or `ERR_AGENT_SPAWN_FAILED`, or with the reason
 * of the signal.
 */
export async function launch<T>(request: LaunchRequest, adopt: (child: ChildProcess) => T): Promise<T> {
  if (request.refusal) return startRefused(request, request.refusal, adopt)
  for (let attempt = 1; ; attempt++) {
    request.signal?.throwIfAborted()
    try {
      return await begin(() => start(request), adopt)
    } catch (cause) {
      if (cause instanceof SuperviseError) throw cause
      // A compiler may still have the file open that it has just written.
      if (systemCode(cause) !== 'ETXTBSY' || attempt === BUSY_RETRIES) throw launchError(request, cause)
      await realDelay(BUSY_PAUSE_MS)
    }
  }
}

async function startRefused<T>(
  request: LaunchRequest,
  refusal: OrderedRefusal,
  adopt: (child: ChildProcess) => T,
): Promise<T> {
  const refused = refuse(refusal.kind, refusal.place, refusal.impossible)
  if (!refused) return launch({ ...request, refusal: undefined }, adopt)
  const { file, args = [], cwd, within, undo } = refused
  const changed = {
    ...request,
    ...(file === undefined ? {} : { file }),
    ...(cwd === undefined ? {} : { cwd }),
    args: [...request.args, ...args],
  }
  try {
    return await begin(() => within(() => start(changed), refusal.impossible), adopt)
  } catch (cause) {
    if (cause instanceof SuperviseError) throw cause
    // While the file that was refused is there to be looked at.
    throw launchError({ ...changed, fault: refusal.kind }, cause)
  } finally {
    undo()
  }
}

/** Rejects with the system's error, at whatever time Node tells it. */
async function begin<T>(start: () => ChildProcess, adopt: (child: ChildProcess) => T): Promise<T> {
  const child = start()
  if (child.pid !== undefined) return adopt(child)
  const [cause] = (await once(child, 'error')) as [Error]
  throw cause
}

function start({ file, args, cwd, env, control, before = [] }: LaunchRequest): ChildProcess {
  const command = executableCommand(file)
  // What cannot be started is the system's to say, and not that of what would become it.
  const [first, ...words] =
    before.length > 0 && isExecutable(file) ? [...before, command.file] : [command.file]
  return spawn(first, [...words, ...command.args, ...args], {
    cwd,
    env,
    detached: process.platform !== 'win32',
    stdio: ['pipe', 'pipe', 'pipe', ...(control ? (['pipe'] as const) : [])],
    windowsHide: true,
  })
}

/** Whether this user may run the file. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
