import { AsyncResource } from 'node:async_hooks'
import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'

import { Source } from './source.ts'
import { Voices } from './voices.ts'

/** How a child is seen by those who wait for it. */
export type ChildState = 'alive' | 'exited' | 'closing' | 'over'

/** What Node keeps inside of a ChildProcess and of a pipe, and does not document. */
interface Internals {
  _handle: { onexit(code: number, signal: string): void } | null
}
interface PipeInternals {
  readonly _handle?: { readonly reading?: boolean } | null
}

type Push = (chunk: unknown, encoding?: BufferEncoding) => boolean

/** A pipe that holds more than this makes its writer wait, as the kernel would. Bytes. */
const HIGH_WATER = 1024 * 1024

/**
 * One child process of the test under the clock. All that it does towards the test (its output, its messages, its exit)
 * is caught where Node receives it, before anybody's listener, and held in its {@link Source}.
 */
export class Child {
  readonly process: ChildProcess
  readonly source: Source
  readonly voices = new Voices()
  readonly noteActivity: () => void
  /** That of whoever starts it, in which Node has all be heard that it does. */
  readonly #context = new AsyncResource('ChildUnderClock', { requireManualDestroy: true })
  readonly #uncaught = new Set<unknown>()
  readonly #restore: (() => void)[] = []
  #caught: readonly Pipe[] = []
  #state: ChildState = 'alive'
  #ipcOpen = false

  constructor(process: ChildProcess, order: number, name: (child: Child) => string, onActivity: () => void) {
    this.process = process
    this.noteActivity = onActivity
    this.source = new Source(
      order,
      () => name(this),
      () => this.#caught.some((pipe) => pipe.full),
    )
    this.#catchExit()
    this.#catchMessages()
  }

  /** Exited: the system says so, the test does not know yet. Closing: it knows, but pipes are still open. */
  get state(): ChildState {
    return this.#state
  }

  /** Whether something that has ended with it is still to be heard of: the ends of the pipes that are being read. */
  get ending(): boolean {
    return this.#caught.some((pipe) => pipe.open) || this.#ipcOpen
  }

  /** Catches its pipes, once it has them. */
  catchPipes(): void {
    this.#ipcOpen = this.process.connected
    this.#caught = (this.process.stdio ?? [])
      .map((stream, fd) => (stream && 'push' in stream ? new Pipe(stream, fd, this) : undefined))
      .filter((pipe) => pipe !== undefined)
    this.#restore.push(...this.#caught.map((pipe) => () => pipe.release()))
  }

  /** Leaves what comes over this stream to whoever routes it by himself. */
  spare(stream: unknown): void {
    this.#uncaught.add(stream)
  }

  isSpared(stream: unknown): boolean {
    return this.#uncaught.has(stream)
  }

  hold(channel: 'output' | 'ipc' | 'exit' | 'end', event: () => void, stream?: number): void {
    this.source.hold(channel, () => this.#context.runInAsyncScope(event), stream)
    this.noteActivity()
  }

  /** Gives all back: what comes from now on is heard at once. */
  release(): void {
    for (const restore of this.#restore.splice(0)) restore()
  }

  /**
   * Has the test never hear of it again: whoever waits for its end would start another one. Node goes on reading what it
   * sends, and lets go of it when it has ended.
   */
  forget(): void {
    const streams = (this.process.stdio ?? []).filter((stream) => stream !== null && stream !== undefined)
    for (const emitter of [this.process, ...streams]) mute(emitter)
    this.source.giveAll()
    for (const stream of streams) if ('resume' in stream && stream.readable) stream.resume()
  }

  #catchExit(): void {
    const { _handle: handle } = this.process as unknown as Internals
    if (!handle) {
      this.#closing()
      return
    }
    const { onexit } = handle
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- Node's handle has this alone.
    handle.onexit = (code, signal) => {
      const deliver = (): void => {
        this.#closing()
        onexit.call(handle, code, signal)
      }
      // It never lived: nothing is to be waited for.
      if (code < 0) {
        deliver()
        return this.noteActivity()
      }
      this.#state = 'exited'
      this.hold('exit', deliver)
    }
    this.#restore.push(() => {
      // oxlint-disable-next-line unicorn/prefer-add-event-listener -- Node's handle has this alone.
      if (this.#state === 'alive') handle.onexit = onexit
    })
  }

  #closing(): void {
    this.#state = 'closing'
    this.process.once('close', () => {
      this.#state = 'over'
      this.noteActivity()
    })
  }

  #catchMessages(): void {
    const { process } = this
    const emit = process.emit.bind(process) as (event: string | symbol, ...args: unknown[]) => boolean
    Object.defineProperty(process, 'emit', {
      configurable: true,
      writable: true,
      value: (event: string | symbol, ...args: unknown[]): boolean => {
        if (event === 'disconnect') this.#ipcOpen = false
        if (!isMessage(event, args[0])) return emit(event, ...args)
        this.hold('ipc', () => emit(event, ...args))
        return process.listenerCount(event) > 0
      },
    })
    this.#restore.push(() => Reflect.deleteProperty(process, 'emit'))
  }
}

function mute(emitter: object): void {
  Object.defineProperty(emitter, 'emit', { configurable: true, writable: true, value: () => false })
}

/** With these Node passes sockets on, and waits for the answer. */
const HANDSHAKE = /^NODE_HANDLE/

function isMessage(event: string | symbol, message: unknown): boolean {
  if (event !== 'internalMessage') return event === 'message' || event === 'disconnect'
  return !HANDSHAKE.test((message as { cmd: string }).cmd)
}

/** One of a child's streams: what Node has read from it waits here. */
class Pipe {
  readonly #stream: Readable
  readonly #fd: number
  readonly #child: Child
  readonly #push: Push
  /** In one piece, when its turn comes: where a chunk ends is chance. */
  #chunks: Buffer[] = []
  #bytes = 0
  #ended = false

  constructor(stream: Readable, fd: number, child: Child) {
    this.#stream = stream
    this.#fd = fd
    this.#child = child
    this.#push = stream.push.bind(stream) as Push
    Object.defineProperty(stream, 'push', {
      configurable: true,
      writable: true,
      value: (chunk: unknown, encoding?: BufferEncoding) => this.#take(chunk, encoding),
    })
  }

  /** Whether it is being read and has not ended. */
  get open(): boolean {
    const { _handle: handle } = this.#stream as PipeInternals
    return !this.#ended && !this.#stream.destroyed && handle?.reading === true && !this.#spared
  }

  /** Whether its reading has been stopped because too much is held. */
  get full(): boolean {
    return this.#bytes >= HIGH_WATER
  }

  release(): void {
    Reflect.deleteProperty(this.#stream, 'push')
  }

  get #spared(): boolean {
    return this.#child.isSpared(this.#stream)
  }

  #take(chunk: unknown, encoding: BufferEncoding | undefined): boolean {
    if (this.#spared) return this.#push(chunk, encoding)
    if (this.#ended) return false
    if (chunk === null) {
      this.#ended = true
      // After the exit of the process, if that comes: a pipe that is closed early is an event of its own.
      this.#child.hold('end', () => this.#end(), this.#fd)
      return false
    }
    if (this.#chunks.length === 0) this.#child.hold('output', () => this.#give(), this.#fd)
    else this.#child.noteActivity()
    this.#chunks.push(chunk as Buffer)
    this.#bytes += (chunk as Buffer).length
    return !this.full
  }

  #give(): void {
    const chunks = this.#chunks
    this.#chunks = []
    this.#bytes = 0
    if (!this.#stream.destroyed) this.#push(Buffer.concat(chunks))
  }

  #end(): void {
    if (this.#stream.destroyed) return
    this.#push(null)
    // Its reader has been told to wait, and learns here that there is nothing more.
    this.#stream.read(0)
  }
}
