import type http from 'node:http'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'

import { deferred } from '../../wait.ts'
import { type Call, filterHeaders, headerOf, isHopByHop } from './call.ts'
import { connectTo, placeOf, realRequest } from './real-server.ts'

/**
 * Has the real server answer. Resolves to the status as soon as it is known; the body follows. Rejects, and resets the
 * connection, if there is no answer.
 * @param request whose body is sent, if it has been made already
 */
export async function forwardCall(call: Call, request?: Request): Promise<number> {
  const { reply } = call
  const status = deferred<number>()
  try {
    const url = new URL(call.url)
    const place = placeOf(url, call.arrival)
    const socket = call.arrival.track(connectTo(place, call.arrival.serverName ?? url.hostname, ['http/1.1']))
    const outgoing = realRequest({
      method: call.method,
      path: `${url.pathname}${url.search}`,
      headers: requestHeaders(call, url),
      createConnection: () => socket,
    })
    const fail = (error: Error): void => {
      status.reject(error)
      outgoing.destroy()
      socket.destroy()
      reply.reset()
    }
    outgoing.on('error', fail)
    outgoing.on('response', (response) => {
      status.resolve(response.statusCode ?? 0)
      response.on('error', fail)
      answer(call, response)
    })
    reply.onEnd((complete) => {
      if (!complete) status.reject(new Error('The client has gone before the real server answered.'))
      outgoing.destroy()
      socket.destroy()
    })
    bodyOf(call, request).on('error', fail).pipe(outgoing)
  } catch (error) {
    status.reject(error)
    reply.reset()
  }
  return status.promise
}

function bodyOf(call: Call, request: Request | undefined): Readable {
  if (!call.hasBody) return Readable.from([])
  if (!request) return call.body
  return request.body ? Readable.fromWeb(request.body as ReadableStream<Uint8Array>) : Readable.from([])
}

function answer({ reply }: Call, response: http.IncomingMessage): void {
  const named = connectionOptions(response.rawHeaders)
  const headers = filterHeaders(
    response.rawHeaders,
    (name) => !isHopByHop(name) && !named.has(name.toLowerCase()),
  )
  reply.head(response.statusCode ?? 502, response.statusMessage ?? '', headers)
  response.on('end', () => {
    if (!response.complete) return reply.reset()
    if (response.rawTrailers.length > 0) reply.trailers(response.rawTrailers)
    reply.out.end()
  })
  response.on('aborted', () => reply.reset())
  response.pipe(reply.out, { end: false })
}

function requestHeaders(call: Call, url: URL): string[] {
  const named = connectionOptions(call.headers)
  const headers = filterHeaders(call.headers, (name) => {
    const lower = name.toLowerCase()
    return !isHopByHop(lower) && !named.has(lower) && lower !== 'host' && lower !== 'expect'
  })
  if (
    !call.hasBody &&
    !['GET', 'HEAD'].includes(call.method) &&
    headerOf(headers, 'content-length') === undefined
  )
    headers.push('content-length', '0')
  return ['Host', url.host, ...headers, 'Connection', 'close']
}

/** What the header `Connection` names goes no further either. */
function connectionOptions(headers: readonly string[]): ReadonlySet<string> {
  return new Set((headerOf(headers, 'connection') ?? '').toLowerCase().split(/\s*,\s*/))
}
