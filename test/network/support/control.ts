import net from 'node:net'
import path from 'node:path'

import { onTestFinished } from 'vitest'

import type { GatewayFrame, PreloadFrame, PreloadOptions } from '../../../src/network/frames.ts'
import type { Scratch } from '../../support/scratch.ts'
import { until } from '../../support/until.ts'

const PRELOAD = path.resolve(import.meta.dirname, '../../../dist/src/network/preload.cjs')

type Hello = Extract<PreloadFrame, { t: 'hello' }>
type Wake = Extract<PreloadFrame, { t: 'wake' }>
export type Asked = Exclude<PreloadFrame, Hello | Wake>
type WithoutNumber<T> = T extends unknown ? Omit<T, 'n'> : never
export type Said = WithoutNumber<GatewayFrame>

/** What a child is told: undefined leaves the question open. */
export type Decide = (asked: Asked) => Said | undefined | Promise<Said | undefined>

/** A question that is answered by {@link ControlStandIn.wake}. */
interface Sleeper {
  readonly ms: number
  readonly socket: net.Socket
  readonly n: number
}

/** Stands in for the gateway: the Unix socket that a child's preload asks, with the answers of the test. */
export class ControlStandIn {
  /** All that was asked, in the order in which it came. */
  readonly asked: Asked[] = []
  readonly hellos: Hello[] = []
  /** What waits to be woken: `wake` does it. */
  readonly sleepers: Sleeper[] = []
  readonly connections = new Set<net.Socket>()
  /** What `NODE_OPTIONS` is to require. */
  readonly file: string
  readonly #server: net.Server

  private constructor(server: net.Server, file: string) {
    this.#server = server
    this.file = file
  }

  static async open(
    scratch: Scratch,
    decide: Decide,
    options: Partial<PreloadOptions> = {},
  ): Promise<ControlStandIn> {
    const control = scratch.path('control.net')
    const file = options.file ?? scratch.path('preload file.cjs')
    const whole: PreloadOptions = { control, ca: scratch.path('ca.pem'), env: {}, ...options, file }
    const name = path.relative(scratch.root, file)
    scratch.write(name, `require(${JSON.stringify(PRELOAD)}).start(${JSON.stringify(whole)})\n`)
    const standIn = new ControlStandIn(
      net.createServer((socket) => standIn.#serve(socket, decide)),
      file,
    )
    await new Promise<void>((resolve) => standIn.#server.listen(control, resolve))
    onTestFinished(() => standIn.close())
    return standIn
  }

  /** What a child's `NODE_OPTIONS` has to be. */
  get nodeOptions(): string {
    return `--require "${this.file.replaceAll(/["\\]/g, String.raw`\$&`)}"`
  }

  /** Resolves when so many questions have come. */
  async questions(count: number): Promise<readonly Asked[]> {
    return until(`${count} questions have come`, () => this.asked.length >= count && this.asked)
  }

  /** Wakes all who have asked for it. */
  wake(): void {
    for (const { socket, n } of this.sleepers.splice(0)) {
      if (!socket.destroyed) socket.write(JSON.stringify({ n, to: 'now' } satisfies GatewayFrame) + '\n')
    }
  }

  /** Ends all connections, and takes none any more. */
  async close(): Promise<void> {
    for (const socket of this.connections) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: net.Socket, decide: Decide): void {
    this.connections.add(socket)
    socket.on('close', () => this.connections.delete(socket))
    socket.on('error', () => {})
    let rest = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) void this.#hear(JSON.parse(line) as PreloadFrame, socket, decide)
    })
  }

  async #hear(frame: PreloadFrame, socket: net.Socket, decide: Decide): Promise<void> {
    if (frame.t === 'hello') {
      this.hellos.push(frame)
      return
    }
    if (frame.t === 'wake') {
      this.sleepers.push({ ms: frame.ms, n: frame.n, socket })
      return
    }
    this.asked.push(frame)
    const said = await decide(frame)
    if (said && !socket.destroyed) socket.write(JSON.stringify({ n: frame.n, ...said }) + '\n')
  }
}
