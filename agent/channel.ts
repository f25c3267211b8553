import { closeSync, readSync } from 'node:fs'
import type { Socket } from 'node:net'

import type { AgentFrame, Exit } from '../src/protocol/frames.ts'
import { encodeFrame, FrameDecoder, type RawFrame } from '../src/protocol/ndjson.ts'
import { die } from './complain.ts'
import { descriptorOf, openSocket } from './descriptor.ts'
import { KeepAlive } from './keep-alive.ts'
import { writeAll, writeSlowly } from './output.ts'
import { systemCode } from './system-code.ts'

/** Who is told what comes over a {@link Channel}. */
export interface Receiver {
  /** A frame, in order; never called again once the channel is closed. */
  frame(frame: RawFrame): void
  /** The test is gone, or has ended its side. Called once, and not after {@link Channel.close}. */
  lost(): void
}

/** How much may come before the welcome, which is to come first. Characters, and as many for each frame as `FRAME_WEIGHT`. */
const EARLY_LIMIT = 16 * 1024 * 1024
const FRAME_WEIGHT = 1024
/** How much that was sent may wait here for the test to read it. Bytes. */
const UNREAD_LIMIT = 64 * 1024 * 1024

/**
 * The agent's end of the connection to the test.
 *
 * On an inherited descriptor it reads and writes with blocking calls until {@link listen}, so that `node:net` is
 * loaded after the agent has said that it is ready: that is worth 5 ms of start-up. A frame that is no protocol
 * frame ends the process with code 1 and a line on standard error.
 */
export class Channel {
  /** Called after every frame that came or went, `parked` excepted. */
  onActivity: () => void = nothing
  /** How many frames of the test have been handed on, `welcome` included. */
  seen = 0
  /** How many things are under way that nobody waits for here. */
  busy = 0

  readonly #decoder = new FrameDecoder()
  readonly #inbox: RawFrame[] = []
  /** By the connection once it is listened to, and by what stands for it when it was closed from this side. */
  readonly #keepAlive = new KeepAlive()
  #fd: number | undefined
  #socket: Socket | undefined
  #receiver: Receiver | undefined
  #state: 'open' | 'lost' | 'closed' = 'open'
  #isGuest = false
  #received = 0
  #deaf = false
  #slow = false

  /** Over an inherited, connected descriptor. */
  static onDescriptor(fd: number): Channel {
    const channel = new Channel()
    channel.#fd = fd
    return channel
  }

  /** Over the Unix socket or named pipe at `path`. Rejects with the system's error if nobody listens there. */
  static async onSocket(path: string): Promise<Channel> {
    const socket = process.getBuiltinModule('node:net').connect({ path })
    return new Promise((resolve, reject) => {
      socket.once('error', reject).once('connect', () => {
        socket.off('error', reject)
        const channel = new Channel()
        channel.#isGuest = true
        channel.#attach(socket)
        resolve(channel)
      })
    })
  }

  /** Whether frames still go out. */
  get open(): boolean {
    return this.#state === 'open'
  }

  /** Whether what comes is handed on. */
  get listening(): boolean {
    return this.#receiver !== undefined
  }

  /**
   * Sends a frame, in order; drops it once the connection is gone, and exits when the test reads nothing. Throws `RangeError`
   * for one beyond 1 MiB.
   */
  send(frame: AgentFrame): void {
    this.write(encodeFrame(frame))
    if (frame.t !== 'parked' && this.open) this.onActivity()
  }

  /** Sends bytes as they are, in order with the frames; drops them once the connection is gone. */
  write(bytes: string): void {
    if (!this.open) return
    if (this.#socket === undefined || (this.#slow && this.flushed)) this.#sendNow(bytes)
    else {
      this.#socket.write(bytes)
      // No waiting for the test, which would leave its end unheard.
      if (this.#socket.writableLength > UNREAD_LIMIT) die('the test has left 64 MiB unread.')
    }
  }

  /**
   * Says how this process is about to end, if the test did not start it: then it learns that from nobody else. The kernel has
   * it when this returns, unless the test reads slowly.
   */
  farewell(exit: Exit): void {
    if (this.#isGuest) this.send({ t: 'exit', ...exit })
  }

  /** Whether the kernel has all that was sent. */
  get flushed(): boolean {
    return !this.open || this.#socket === undefined || this.#socket.writableLength === 0
  }

  /** Calls `next` as soon as the kernel has all that was sent: before this returns, unless the test reads slowly. */
  whenSent(next: () => void): void {
    if (this.flushed) next()
    else this.#socket?.write('', () => next())
  }

  /** Takes the welcome out of what the test sends first. Undefined: the test is gone. */
  async welcome(): Promise<RawFrame | undefined> {
    const chunk = Buffer.allocUnsafe(4000)
    for (;;) {
      const at = this.#inbox.findIndex((frame) => frame.t === 'welcome')
      if (at >= 0) {
        this.seen++
        return this.#inbox.splice(at, 1)[0]
      }
      if (!this.open) return undefined
      if (this.#received > EARLY_LIMIT) die('the test sent 16 MiB and no welcome.')
      if (this.#socket === undefined) this.#readNow(chunk)
      else await this.#more(this.#socket)
    }
  }

  /**
   * Starts to hand on frames, first those that came with the welcome. The channel keeps the process alive while
   * anything {@link hold}s it.
   */
  listen(receiver: Receiver): void {
    this.#receiver = receiver
    if (this.#state === 'lost') receiver.lost()
    if (!this.open) return
    if (this.#socket === undefined && this.#fd !== undefined) {
      this.#attach(openSocket(this.#fd))
    }
    if (this.#socket) this.#keepAlive.by(this.#socket)
    this.#deliver()
    this.onActivity()
  }

  /** Keeps the process alive until the returned function is called. */
  hold(): () => void {
    return this.#keepAlive.hold()
  }

  /** Closes the connection from this side, after these last bytes: the test sees its end. */
  close(last = ''): void {
    if (!this.open) return
    this.write(last)
    this.#part()
    const socket = this.#socket
    if (socket === undefined) {
      if (this.#fd !== undefined) closeSync(this.#fd)
    } else if (last === '') socket.destroy()
    else socket.end(() => socket.destroy())
  }

  /** Ends this side of the connection. What still comes from the other side is dropped. */
  halfClose(): void {
    if (!this.open) return
    this.#part()
    if (this.#socket === undefined && this.#fd !== undefined) this.#attach(openSocket(this.#fd))
    this.#socket?.end()
    this.#socket?.unref()
  }

  /** Reads and hands on nothing more, not even the end of the connection. */
  deafen(): void {
    this.#deaf = true
    this.#socket?.pause()
  }

  /** From now on the bytes of each frame leave one by one. Not on Windows, where they leave as ever. */
  slowDown(): void {
    this.#slow = true
  }

  #sendNow(bytes: string): void {
    try {
      const fd = this.#fd ?? descriptorOf(this.#socket)
      if (fd === undefined) this.#socket?.write(bytes)
      else if (this.#slow) writeSlowly(fd, bytes)
      else writeAll(fd, bytes)
    } catch (error) {
      this.#failed(error)
    }
  }

  #readNow(chunk: Buffer): void {
    const fd = this.#fd
    if (fd === undefined) return
    try {
      const length = readSync(fd, chunk)
      if (length === 0) this.#lose()
      else this.#take(chunk.subarray(0, length))
    } catch (error) {
      if (systemCode(error) !== 'EAGAIN') return this.#failed(error)
      // Somebody made the descriptor non-blocking: only the event loop can wait for it.
      this.#attach(openSocket(fd))
    }
  }

  /** A dead test is a lost one; a descriptor that never was a connection is a mistake of whoever set it. */
  #failed(error: unknown): void {
    const code = systemCode(error)
    if (code === 'EPIPE' || code === 'ECONNRESET' || code === 'ENOTCONN') this.#lose()
    else
      die(`descriptor ${this.#fd} does not lead to a test (${code}). Is SUPERVISE_FD inherited by mistake?`)
  }

  #attach(socket: Socket): void {
    this.#socket = socket
    socket.on('data', (chunk) => {
      this.#take(chunk)
      this.#deliver()
    })
    socket.on('end', () => this.#lose())
    socket.on('error', () => this.#lose())
    socket.on('close', () => this.#lose())
    if (this.#deaf) socket.pause()
  }

  /** Resolves when more frames may have come, or the connection is gone. */
  async #more(socket: Socket): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off('data', done).off('close', done).off('end', done).off('error', done)
        resolve()
      }
      socket.on('data', done).on('close', done).on('end', done).on('error', done)
    })
  }

  #take(chunk: Buffer): void {
    if (this.#state === 'closed') return
    try {
      this.#decoder.push(chunk, (frame, line) => {
        this.#received += line.length + FRAME_WEIGHT
        this.#inbox.push(frame)
      })
    } catch (error) {
      this.#deliver()
      die(`the test sent ${error instanceof Error ? error.message : String(error)}.`)
    }
  }

  #deliver(): void {
    if (this.#receiver === undefined) return
    while (this.open && !this.#deaf) {
      const frame = this.#inbox.shift()
      if (frame === undefined) return
      this.seen++
      this.#receiver.frame(frame)
      this.onActivity()
    }
  }

  #lose(): void {
    if (!this.open) return
    this.#state = 'lost'
    this.#receiver?.lost()
  }

  /** What holds the process alive goes on to do so without the connection. */
  #part(): void {
    this.#state = 'closed'
    const { MessageChannel } = process.getBuiltinModule('node:worker_threads')
    // No timer: that would make an agent at rest look busy from outside.
    this.#keepAlive.by(new MessageChannel().port1.on('message', nothing))
  }
}

function nothing(): void {}
