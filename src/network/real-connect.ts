import net from 'node:net'

/*
 * Taken when the harness is imported, before a test puts something in its place for the code under test, as `setupServer()` of
 * MSW 3 does. The gateway is imported later.
 */
const { connect } = net.Socket.prototype

/** Connects as Node does. */
export function connectReally(socket: net.Socket, options: net.TcpSocketConnectOpts): void {
  Reflect.apply(connect, socket, [options])
}
