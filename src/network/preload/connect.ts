import type { Socket, TcpNetConnectOpts } from 'node:net'

import { builtin } from '../../preload/builtins.ts'
import type { Control } from './control.ts'
import { Crossing, type InnerSocket } from './crossing.ts'

/** A way to call `connect`. */
type Connect = (this: InnerSocket, ...args: unknown[]) => InnerSocket

/**
 * Has the gateway asked, once, wherever a connection to a host is made: `net`, `tls`, `http`, `https`, `http2`, `fetch` and
 * all that is built on them come by here. Pipes do not.
 */
export function wrapConnect(control: Control): void {
  const { Socket } = builtin('node:net')
  const prototype = Socket.prototype as unknown as { connect: Connect }
  const original = prototype.connect
  control.connectBy(
    (path) =>
      Reflect.apply(original, new Socket() as unknown as InnerSocket, [{ path }]) as unknown as Socket,
  )
  prototype.connect = function connect(this: InnerSocket, ...args: unknown[]): InnerSocket {
    const call = normalize(args)
    if (call === undefined) return Reflect.apply(original, this, args)
    const crossing = new Crossing(this, call.options, control)
    // A handle that is there already may be connected at once, one that is made by the call only in the next tick.
    if (this._handle && !this.destroyed) crossing.watch(this._handle)
    Reflect.apply(original, this, call.callback ? [crossing.options, call.callback] : [crossing.options])
    if (this._handle) crossing.watch(this._handle)
    return this
  }
}

/** The arguments as `net` reads them; undefined if they do not lead to a host. */
function normalize(args: readonly unknown[]): { options: TcpNetConnectOpts; callback: unknown } | undefined {
  const [first] = args
  if (Array.isArray(first)) {
    // What `net.connect` has read already, and marked as such.
    if (Object.getOwnPropertySymbols(first).length === 0) return undefined
    return toHost(first[0], first[1])
  }
  const last = args.at(-1)
  const callback = typeof last === 'function' ? last : undefined
  if (typeof first === 'object' && first !== null) return toHost(first, callback)
  if (typeof first === 'string' && !(Number(first) >= 0)) return undefined
  return toHost({ port: first, ...(typeof args[1] === 'string' ? { host: args[1] } : {}) }, callback)
}

function toHost(
  options: unknown,
  callback: unknown,
): { options: TcpNetConnectOpts; callback: unknown } | undefined {
  const { path, port } = options as { path?: unknown; port?: unknown }
  return path || port === undefined ? undefined : { options: options as TcpNetConnectOpts, callback }
}
