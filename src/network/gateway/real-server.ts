import dns from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'

import { destinationOf } from '../destination.ts'
import { isLoopback } from '../loopback.ts'
import type { Arrival } from './arrival.ts'

/*
 * The way to real servers. What a test puts in the place of Node's functions, as `setupServer()` of MSW does, is for the code
 * under test, and not for what it lets through.
 */
const { connect: connectTls } = tls
const { Socket, isIP } = net
const { connect } = Socket.prototype
const { lookup } = dns

/** Whatever stands for it has it as the constructor of what it makes. */
const { constructor: ClientRequest } = http.ClientRequest.prototype

/** A request by Node itself. @param options with `createConnection`, by which it is sent */
export function realRequest(options: http.RequestOptions): http.ClientRequest {
  return Reflect.construct(ClientRequest, [options]) as http.ClientRequest
}

/** Runs what asks `node:http` and `node:https` for a request: it gets {@link realRequest}. */
export function withRealRequests<T>(run: () => T): T {
  const others = [http, https].map((module) => ({ module, request: module.request }))
  for (const { module } of others) Object.assign(module, { request: realRequest })
  try {
    return run()
  } finally {
    for (const { module, request } of others) Object.assign(module, { request })
  }
}

/** A server in the real network. */
export interface Place {
  readonly host: string
  readonly port: number
  readonly secure: boolean
}

/** Where a request goes if it is let through: to where its connection wanted to go. */
export function placeOf(url: URL, arrival: Arrival): Place {
  const secure = url.protocol === 'https:' || url.protocol === 'wss:'
  const named = { ...destinationOf(url.href), secure }
  const { destination } = arrival
  // A proxy is told by the URL; and an address may be one that a name was given here.
  if (destination.port === 0 || (isIP(destination.host) !== 0 && !isLoopback(destination.host))) return named
  return { ...destination, secure }
}

/** Begins to connect. It is verified as Node does. Errors come as events of the socket. */
export function connectTo(
  { host, port, secure }: Place,
  serverName: string,
  protocols?: string[],
): net.Socket {
  const socket = new Socket()
  Reflect.apply(connect, socket, [{ host, port, lookup, noDelay: true }])
  if (!secure) return socket
  const secured = connectTls({
    socket,
    host,
    ...(isIP(serverName) === 0 && { servername: serverName }),
    ...(protocols && { ALPNProtocols: protocols }),
  })
  socket.on('error', (error) => secured.destroy(error))
  return secured
}
