import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

import { makeDirectory } from '../directory.ts'
import { SuperviseError } from '../errors.ts'
import { builtFile } from '../package-root.ts'
import { killAll } from '../process/stop-tree.ts'
import { isUnderMark, processTable } from '../process/table/index.ts'
import { FrameChannel } from '../protocol/channel.ts'
import { ENV } from '../protocol/frames.ts'
import { realDelay, realNow, TIMED_OUT, within } from '../real-time.ts'
import { deferred } from '../wait.ts'
import type { ProcessRecord, ReaperReply, ReaperRequest } from './messages.ts'
import { chooseRunDirectory, makeRunDirectory, reaperAddress, removeRunDirectory } from './run-directory.ts'

const START_LIMIT_MS = 20_000
const DONE_LIMIT_MS = 20_000
const CONNECT_PAUSE_MS = 5

interface RunParts {
  readonly role: 'main' | 'worker'
  readonly root: string
  readonly mark: string
  readonly dir: string
}

/**
 * This process's part in a test run: a directory and a mark of its own, and a connection by which the reaper notices
 * its death. Whatever carries the mark then dies, and the directory is removed.
 */
export class Run implements AsyncDisposable {
  /** The directory of the whole run. */
  readonly root: string
  /** The directory of this process's part. */
  readonly dir: string
  /** The mark under which this process starts things. */
  readonly mark: string
  /** Told of processes that a dead worker had left, after they were killed. */
  onReaped: (processes: readonly ProcessRecord[]) => void = () => {}
  /** Told when the reaper has died: nobody cleans up then if the run is killed. */
  onReaperLost: () => void = () => {}
  readonly #role: RunParts['role']
  readonly #channel: FrameChannel
  readonly #joined = deferred<void>()
  readonly #done = deferred<readonly ProcessRecord[] | undefined>()
  readonly #kept = new Set<string>()
  #children = 0
  #directory: Promise<string> | undefined
  #hasJoined = false
  #closed: Promise<readonly ProcessRecord[]> | undefined

  private constructor(parts: RunParts, socket: net.Socket) {
    this.#role = parts.role
    this.root = parts.root
    this.dir = parts.dir
    this.mark = parts.mark
    this.#joined.promise.catch(() => {})
    // The run is no reason for its process to stay.
    socket.unref()
    this.#channel = new FrameChannel(socket, 'the reaper', {
      onFrame: (frame) => this.#receive(frame as unknown as ReaperReply),
      onEnd: () => {
        this.#joined.reject(reaperError('its connection ended', undefined))
        // A reaper that never started cannot be waited for: workers give up when the directory is gone.
        if (parts.role === 'main' && !this.#hasJoined)
          void removeRunDirectory(parts.root, process.pid, new Set()).catch(() => {})
        this.#done.resolve(undefined)
        if (this.#hasJoined && !this.#closed) this.onReaperLost()
        socket.destroy()
      },
    })
  }

  /**
   * Begins a run: starts its reaper, makes its directory below `parent`, and sweeps up after dead runs. The reaper is not
   * waited for, which takes as long as starting a Node does: it has main's connection, and workers wait for it.
   * Rejects with `ERR_RUNTIME_DIR`, `ERR_PATH_TOO_LONG` or `ERR_REAPER_FAILED`; then nothing is left.
   * @param parent default: the system's directory for temporary files
   */
  static async start(parent: string = os.tmpdir()): Promise<Run> {
    const root = chooseRunDirectory(parent)
    // The reaper comes first: from here on it removes what this process makes, however this process ends.
    const run = new Run({ role: 'main', root, mark: path.basename(root), dir: root }, startReaper(root))
    try {
      await makeRunDirectory(root)
    } catch (error) {
      run.#channel.socket.destroy()
      throw error
    }
    run.#join()
    // Workers join, and need none of it.
    void import('./sweep.ts').then(({ sweep }) => sweep(parent))
    return run
  }

  /** Joins the run whose directory is `root`, as one of its workers. Rejects with `ERR_REAPER_FAILED` when that run is over. */
  static async join(root: string): Promise<Run> {
    const socket = await connect(root)
    const dir = await makeDirectory(root)
    const mark = `${path.basename(root)}.${path.basename(dir)}`
    const run = new Run({ role: 'worker', root, mark, dir }, socket)
    run.#join()
    if ((await within(run.#joined.promise, START_LIMIT_MS)) !== TIMED_OUT) return run
    socket.destroy()
    throw reaperError(`it said nothing for ${START_LIMIT_MS} ms`, undefined)
  }

  #join(): void {
    const { pid } = process
    const startTime = processTable.get(pid)?.startTime ?? ''
    this.#tell({ t: 'join', mark: this.mark, dir: this.dir, pid, startTime })
  }

  /** A mark below this process's that nothing else has. */
  nextMark(): string {
    return `${this.mark}.${++this.#children}`
  }

  /** A fresh directory below this process's. One is kept ready, so that no test waits for its directory. */
  async nextDirectory(): Promise<string> {
    const ready = this.#directory ?? makeDirectory(this.dir)
    this.#directory = makeDirectory(this.dir)
    this.#directory.catch(() => {}) // Whoever gets it is told.
    return ready
  }

  /** Has the process die with this one also where marks cannot be read. */
  add(pid: number): void {
    const startTime = processTable.get(pid)?.startTime
    if (startTime !== undefined) this.#tell({ t: 'add', pid, startTime })
  }

  /** Takes `add` back: the process is gone. */
  remove(pid: number): void {
    this.#tell({ t: 'remove', pid })
  }

  /** Lets a directory outlive the run. */
  keep(dir: string): void {
    this.#kept.add(dir)
    this.#tell({ t: 'keep', dir })
  }

  /**
   * Ends this process's part. For main that is the whole run: everything that is left of it is killed and removed, and
   * the reaper exits. Resolves with the processes that main found left. Idempotent.
   */
  close(): Promise<readonly ProcessRecord[]> {
    return (this.#closed ??= this.#close())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<readonly ProcessRecord[]> {
    if (this.#role === 'worker') {
      this.#channel.socket.end()
      return []
    }
    this.#tell({ t: 'done' })
    const processes = await within(this.#done.promise, DONE_LIMIT_MS)
    this.#channel.socket.destroy()
    if (processes !== TIMED_OUT && processes !== undefined) return processes
    // Somebody killed the reaper: its work is still to be done.
    const left = await killAll('the run', (info) => isUnderMark(info.mark, this.mark))
    await removeRunDirectory(this.root, process.pid, this.#kept)
    return left
  }

  #tell(request: ReaperRequest): void {
    void this.#channel.send(request)
  }

  #receive(reply: ReaperReply): void {
    if (reply.t === 'joined') {
      this.#hasJoined = true
      this.#joined.resolve()
    }
    if (reply.t === 'reaped') this.onReaped(reply.processes)
    else if (reply.t === 'done') this.#done.resolve(reply.processes)
  }
}

/** Starts the reaper of the run in `root`, and gives back main's connection to it. */
function startReaper(root: string): net.Socket {
  const program = builtFile('src/reap/reaper.ts')
  const child = spawn(process.execPath, [program, root, String(process.pid)], {
    cwd: path.parse(root).root,
    // A session of its own: Ctrl-C and a closed terminal must not reach it. No mark: it must not reap itself.
    detached: true,
    env: withoutMark(),
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    windowsHide: true,
  })
  child.on('error', () => {}) // Its connection ends, and that is answered.
  child.unref()
  const socket = child.stdio[3]
  if (socket instanceof net.Socket) return socket
  throw reaperError(`${process.execPath} could not be started`, undefined)
}

/** Connects to the reaper of the run in `root`, which may still be starting, as long as the directory is there. */
async function connect(root: string): Promise<net.Socket> {
  const deadline = realNow() + START_LIMIT_MS
  for (;;) {
    const socket = net.connect(reaperAddress(root))
    try {
      await once(socket, 'connect')
      return socket
    } catch (cause) {
      // There is no event for the moment at which another process begins to listen.
      if (!existsSync(root)) throw reaperError('the test run has ended', cause)
      if (realNow() > deadline) throw reaperError(`it did not listen within ${START_LIMIT_MS} ms`, cause)
      await realDelay(CONNECT_PAUSE_MS)
    }
  }
}

function withoutMark(): NodeJS.ProcessEnv {
  const { [ENV.mark]: _mark, NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...env } = process.env
  return env
}

function reaperError(what: string, cause: unknown): SuperviseError {
  return new SuperviseError(
    'ERR_REAPER_FAILED',
    `The reaper, a process that cleans up when the test run is killed, cannot be used: ${what}. In a sandbox that ` +
      'forbids Unix sockets in the temporary directory, set TMPDIR to one that allows them; if the test run itself ' +
      'is being ended, this is no error of its own.',
    { cause },
  )
}
