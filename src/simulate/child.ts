import type { ChildProcess, SpawnOptions, StdioOptions } from 'node:child_process'
import { EventEmitter } from 'node:events'
import os from 'node:os'

import { abortError } from './abort-error.ts'
import type { Body, Parent } from './body.ts'
import type { HeapClock } from './heap-clock.ts'
import { SimulatedReadable } from './readable.ts'
import { type InputReader, SimulatedWritable } from './writable.ts'

/** What `spawn` was asked for. */
export interface ChildRequest {
  readonly file: string
  readonly args: readonly string[]
  readonly options: SpawnOptions
  /** As when there are no descriptors left for them: then Node has no streams, either. */
  readonly withoutPipes?: boolean | undefined
  readonly clock: HeapClock
  /** Told of each signal that it is sent by its handle. */
  readonly onSignal: (signal: NodeJS.Signals) => void
  /** Told of its end, ahead of all who listen for it. */
  readonly onExit: (exitCode: number | null, signal: NodeJS.Signals | null) => void
}

type SendCallback = (error: Error | null) => void

/**
 * What a simulated `spawn` gives: the surface of Node's `ChildProcess`, with its events in Node's order: `spawn` in the next
 * tick or `error` instead of it, `exit`, `close` when its outputs have ended, too. Its streams are light stand-ins.
 */
export class SimulatedChild extends EventEmitter implements Parent {
  readonly spawnfile: string
  readonly spawnargs: string[]
  readonly stdin: SimulatedWritable | null | undefined
  readonly stdout: SimulatedReadable | null | undefined
  readonly stderr: SimulatedReadable | null | undefined
  readonly stdio: (SimulatedWritable | SimulatedReadable | null)[] | undefined
  pid: number | undefined
  killed = false
  connected = false
  exitCode: number | null = null
  signalCode: NodeJS.Signals | null = null
  readonly #request: ChildRequest
  readonly #closing: (() => void)[] = []
  readonly #endInput: (() => void) | undefined
  #body: Body | undefined
  #closes = 1
  #leave = (): void => {}

  /** @param input who reads what is written to its standard input */
  constructor(request: ChildRequest, input: InputReader) {
    super()
    this.#request = request
    this.spawnfile = request.file
    this.spawnargs = [request.file, ...request.args]
    const kinds = kindsOf(request.options.stdio)
    if (request.withoutPipes) return
    this.stdin = kinds[0] === 'pipe' ? new SimulatedWritable(input) : null
    if (kinds[0] === 'ignore') this.#endInput = () => input.end()
    this.stdout = kinds[1] === 'pipe' ? this.#output() : null
    this.stderr = kinds[2] === 'pipe' ? this.#output() : null
    this.stdio = [this.stdin, this.stdout, this.stderr, ...kinds.slice(3).map(() => null)]
    if (kinds.includes('ipc')) {
      this.connected = true
      this.#closes += 1
    }
  }

  /** The process exists. */
  begin(body: Body): void {
    this.#body = body
    this.pid = body.pid
    process.nextTick(() => this.emit('spawn'))
    this.#endInput?.()
    this.#obeyOptions()
  }

  /**
   * The system has refused to start it, by this error.
   * @param hear has the end of an output heard when its turn has come
   */
  refuse(errno: number, code: string, hear: (fd: 1 | 2, end: () => void) => void): void {
    process.nextTick(() => {
      const syscall = `spawn ${this.spawnfile}`
      const error = Object.assign(new Error(`${syscall} ${code}`), {
        errno,
        code,
        syscall,
        path: this.spawnfile,
        spawnargs: this.spawnargs.slice(1),
      })
      this.exitCode = errno
      this.stdin?.destroy()
      for (const fd of [1, 2] as const) if (this.#stream(fd)) hear(fd, () => this.outputEnds(fd))
      this.emit('error', error)
      this.#finish()
    })
  }

  /** Sends a signal, default SIGTERM. False if it has exited, as far as is known here. Throws for what is no signal. */
  kill(signal?: NodeJS.Signals | number): boolean {
    const name = signalName(signal)
    if (!this.#body) return false
    // One that has ended and has not been waited for takes every signal.
    if (name !== undefined) this.#body.signal(name)
    this.killed = true
    if (name !== undefined) this.#request.onSignal(name)
    return true
  }

  [Symbol.dispose](): void {
    if (!this.killed) this.kill()
  }

  /** Takes a message for a process that reads none. */
  send(_message: unknown, ...rest: unknown[]): boolean {
    const done = rest.find((one): one is SendCallback => typeof one === 'function')
    if (this.connected) {
      if (done) process.nextTick(done, null)
      return true
    }
    const error = Object.assign(new Error('Channel closed'), { code: 'ERR_IPC_CHANNEL_CLOSED' })
    process.nextTick(() => (done ? done(error) : this.emit('error', error)))
    return false
  }

  /** As in Node, after that `close` is not told any more. */
  disconnect(): void {
    if (!this.connected) {
      const error = new Error('IPC channel is already disconnected')
      this.emit('error', Object.assign(error, { code: 'ERR_IPC_DISCONNECTED' }))
      return
    }
    this.connected = false
    process.nextTick(() => this.emit('disconnect'))
  }

  /** Changes nothing: a simulation is no process that a child could keep alive. */
  ref(): void {}

  unref(): void {}

  /** @internal */
  output(fd: 1 | 2, data: Buffer): void {
    this.#stream(fd)?.push(data)
  }

  /** @internal */
  outputEnds(fd: 1 | 2): void {
    this.#stream(fd)?.push(null)
  }

  /** @internal */
  disconnected(): void {
    if (!this.connected) return
    this.disconnect()
    this.#maybeClose()
  }

  /** @internal */
  exited(exitCode: number | null, signal: NodeJS.Signals | null): void {
    this.exitCode = exitCode
    this.signalCode = signal
    this.stdin?.destroy()
    this.#body = undefined
    this.#leave()
    this.#request.onExit(exitCode, signal)
    this.emit('exit', exitCode, signal)
    this.#finish()
  }

  /** What nobody reads is read now: the end of it is waited for. */
  #finish(): void {
    process.nextTick(() => {
      for (const stream of [this.stdout, this.stderr]) if (stream?.readable) stream.resume()
    })
    this.#maybeClose()
  }

  #output(): SimulatedReadable {
    const stream = new SimulatedReadable((close) => this.#closeSoon(close))
    this.#closes += 1
    stream.once('close', () => this.#maybeClose())
    return stream
  }

  /** Of the streams that end together the last one is closed first, as libuv does it. */
  #closeSoon(close: () => void): void {
    this.#closing.push(close)
    if (this.#closing.length > 1) return
    process.nextTick(() => {
      for (const one of this.#closing.splice(0).toReversed()) one()
    })
  }

  #stream(fd: 1 | 2): SimulatedReadable | null | undefined {
    return fd === 1 ? this.stdout : this.stderr
  }

  #maybeClose(): void {
    this.#closes -= 1
    if (this.#closes === 0) this.emit('close', this.exitCode, this.signalCode)
  }

  #obeyOptions(): void {
    const { options, clock } = this.#request
    const { signal, timeout, killSignal } = options
    if (timeout !== undefined && timeout > 0) {
      this.#leave = clock.after(timeout, () => this.kill(killSignal))
    }
    if (!signal) return
    const abort = (): void => {
      if (this.kill(killSignal)) this.emit('error', abortError(signal))
    }
    const leave = this.#leave
    if (signal.aborted) process.nextTick(abort)
    else signal.addEventListener('abort', abort, { once: true })
    this.#leave = () => {
      leave()
      signal.removeEventListener('abort', abort)
    }
  }
}

/** As who knows nothing of simulations takes it. */
export function asChildProcess(child: SimulatedChild): ChildProcess {
  return child as unknown as ChildProcess
}

function kindsOf(stdio: StdioOptions = 'pipe'): unknown[] {
  const kinds = typeof stdio === 'string' ? [stdio, stdio, stdio] : [...stdio]
  for (const fd of [0, 1, 2]) kinds[fd] ??= 'pipe'
  return kinds.map((kind) => (kind === 'overlapped' ? 'pipe' : kind))
}

/** Undefined for 0, which sends none. */
export function signalName(signal: NodeJS.Signals | number = 'SIGTERM'): NodeJS.Signals | undefined {
  if (signal === 0) return undefined
  const name = typeof signal === 'string' ? signal.toUpperCase() : signal
  const found = Object.entries(os.constants.signals).find((entry) => entry.includes(name))
  if (found) return found[0] as NodeJS.Signals
  throw Object.assign(new TypeError(`Unknown signal: ${signal}`), { code: 'ERR_UNKNOWN_SIGNAL' })
}
