import type { LookupOptions } from 'node:dns'
import type { TcpNetConnectOpts } from 'node:net'

import type { Answer, Control, Open } from './control.ts'
import { realLookup, type Lookup, type LookupCallback } from './lookup.ts'
import { hostError, isNameCode, nameError, systemErrno } from './native-error.ts'

/** What `net` keeps of a socket. */
export interface InnerSocket {
  _handle: Handle | null
  readonly destroyed: boolean
  connecting: boolean
  blockList?: unknown
  destroy(error?: Error): void
}

/** The system's end of a socket. Its methods return 0 or a negative errno. */
export interface Handle {
  connect(request: ConnectRequest, address: string, port: number): number
  connect6(request: ConnectRequest, address: string, port: number): number
  bind(address: string, port: number, ...flags: number[]): number
  bind6(address: string, port: number, ...flags: number[]): number
  getsockname(out: { port?: number }): number
  getpeername(out: { port?: number }): number
  close(callback?: () => void): void
  ref(): void
  unref(): void
}

interface ConnectRequest {
  address: string
  oncomplete(
    status: number,
    handle: Handle,
    request: ConnectRequest,
    readable: boolean,
    writable: boolean,
  ): void
}

const GATEWAY = '127.0.0.1'

/**
 * One call of `connect`, on its way. It lets Node do everything, so that nothing about the socket differs from what a
 * program knows, and comes between at two places: where the name is looked up, and where the handle is connected. It asks at
 * the first of them that comes.
 */
export class Crossing {
  readonly #socket: InnerSocket
  readonly #control: Control
  readonly #given: TcpNetConnectOpts
  readonly #port: number
  #handle: Handle | undefined
  #answer: Answer | undefined
  #open: Open | undefined
  #closed = false

  constructor(socket: InnerSocket, given: TcpNetConnectOpts, control: Control) {
    this.#socket = socket
    this.#given = given
    const { port }: { readonly port: unknown } = given
    this.#port = Number(port)
    this.#control = control
  }

  /** What Node's `connect` is to be given. */
  get options(): TcpNetConnectOpts {
    const { lookup } = this.#given
    // Node complains of this one itself.
    if (lookup != null && typeof lookup !== 'function') return this.#given
    // Inherits, rather than copies: the options of a program may be anything with these properties.
    return Object.create(this.#given, {
      lookup: { value: this.#lookup, enumerable: true },
    }) as TcpNetConnectOpts
  }

  readonly #lookup: Lookup = (host, options, callback) => {
    this.#ask(host, (answer) => {
      if (answer.to === 'direct') this.#realLookup(host, options, callback)
      else if (answer.to === 'nowhere' && isNameCode(answer.code)) {
        callback(nameError('getaddrinfo', answer.code, host))
      } else this.#unblocked(() => callback(null, ...here(options)))
    })
  }

  #realLookup(host: string, options: LookupOptions, callback: LookupCallback): void {
    const real = (this.#given.lookup as Lookup | undefined) ?? realLookup()
    Reflect.apply(real, this.#given, [host, options, callback])
  }

  /** The block list of the socket is about the host that the program wants to reach, not about the gateway. */
  #unblocked(run: () => void): void {
    const { blockList } = this.#socket
    if (blockList === undefined) return run()
    this.#socket.blockList = undefined
    run()
    this.#socket.blockList = blockList
  }

  /** Comes between the socket and this handle of it until the connection is made. */
  watch(handle: Handle): void {
    if (this.#handle === handle || typeof handle.connect !== 'function') return
    this.#handle = handle
    const original = originalsOf(handle)
    let bind = (): number => 0
    const connect =
      (real: Handle['connect']): Handle['connect'] =>
      (request, address, port) => {
        const go = (answer: Answer): number => {
          restore(handle)
          if (answer.to === 'direct') return bind() || Reflect.apply(real, handle, [request, address, port])
          if (answer.to === 'gateway') return this.#toGateway(handle, request, port, answer.port ?? 0)
          request.address = this.#host
          return this.#fail(handle, request, answer.code, answer.why)
        }
        if (this.#answer) return go(this.#answer)
        this.#ask(address, (answer) => {
          const status = go(answer)
          if (status !== 0) request.oncomplete(status, handle, request, false, false)
        })
        return 0
      }
    const binding =
      (real: Handle['bind']): Handle['bind'] =>
      (...place) => {
        bind = () => Reflect.apply(real, handle, place)
        if (this.#answer?.to === 'direct') return bind()
        // What Node reads of it at once.
        handle.getsockname = (out) => {
          out.port = place[1]
          return 0
        }
        return 0
      }
    const settled: Partial<Handle> = {
      connect: connect(original.connect),
      connect6: connect(original.connect6),
      bind: binding(original.bind),
      bind6: binding(original.bind6),
      ref: () => {
        this.#open?.hold()
        Reflect.apply(original.ref, handle, [])
      },
      unref: () => {
        this.#open?.release()
        Reflect.apply(original.unref, handle, [])
      },
      close: (...args) => {
        this.#closed = true
        this.#open?.release()
        Reflect.apply(original.close, handle, args)
      },
    }
    Object.assign(handle, settled)
  }

  get #host(): string {
    return this.#given.host || 'localhost'
  }

  /** Asks where to go. What comes when the socket is somewhere else by then is of no use any more. */
  #ask(host: string, then: (answer: Answer) => void): void {
    this.#open = this.#control.ask({ t: 'connect', host, port: this.#port }, (answer) => {
      if (this.#closed || !this.#socket.connecting || this.#socket._handle !== this.#handle) return
      this.#answer = answer
      then(answer)
    })
  }

  /** The program goes on seeing the port that it wanted: HTTP/2 tells origins by it. */
  #toGateway(handle: Handle, request: ConnectRequest, wanted: number, port: number): number {
    const { getpeername } = handle
    handle.getpeername = (out) => {
      const status = Reflect.apply(getpeername, handle, [out])
      if (status === 0) out.port = wanted
      return status
    }
    return handle.connect(request, GATEWAY, port)
  }

  #fail(handle: Handle, request: ConnectRequest, code: string, why: string | undefined): number {
    const status = systemErrno(code)
    if (status !== undefined && why === undefined) {
      // Later, as the system's: the call that led here has not returned.
      process.nextTick(() => request.oncomplete(status, handle, request, false, false))
    } else {
      this.#socket.connecting = false
      this.#socket.destroy(hostError('connect', code, this.#host, this.#port, why))
    }
    return 0
  }
}

/** The gateway's address, as a lookup says it. */
function here(options: LookupOptions): unknown[] {
  return options.all ? [[{ address: GATEWAY, family: 4 }]] : [GATEWAY, 4]
}

const METHODS = ['connect', 'connect6', 'bind', 'bind6', 'getsockname', 'ref', 'unref', 'close'] as const

const originals = new WeakMap<Handle, { own: Partial<Handle>; all: Handle }>()

/** The methods of a handle as they are without us. */
function originalsOf(handle: Handle): Handle {
  const known = originals.get(handle)
  if (known) restore(handle)
  const own: Partial<Handle> = {}
  const all = {} as Handle
  for (const name of METHODS) {
    Object.assign(all, { [name]: handle[name] })
    if (Object.hasOwn(handle, name)) Object.assign(own, { [name]: handle[name] })
  }
  originals.set(handle, { own, all })
  return all
}

function restore(handle: Handle): void {
  const { own } = originals.get(handle) ?? { own: {} }
  for (const name of METHODS) delete (handle as Partial<Handle>)[name]
  Object.assign(handle, own)
}
