import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'

import { onTestFinished } from 'vitest'

import { Authority } from '../../../src/network/certificates/authority.ts'
import { type Gateway, openGateway } from '../../../src/network/gateway/gateway.ts'
import { Scratch } from '../../support/scratch.ts'
import { HandmadeAnswerer } from './answerer.ts'
import { HandmadePreload } from './handmade-preload.ts'

/** A gateway of a test's, and one client that is connected to its control socket. Closed at its end. */
export interface Opened {
  readonly gateway: Gateway
  readonly answerer: HandmadeAnswerer
  readonly preload: HandmadePreload
  /** The certificate that clients trust. */
  readonly ca: string
  readonly control: string
}

export async function open(name = 'gate'): Promise<Opened> {
  const directory = new Scratch().root
  const answerer = new HandmadeAnswerer()
  const authority = await Authority.ofRun(directory)
  const gateway = await openGateway({ answerer, authority, directory, name })
  onTestFinished(() => gateway.close())
  const control = `${directory}/${name}.net`
  const preload = await HandmadePreload.connect(control)
  return { gateway, answerer, preload, ca: readFileSync(authority.caFile, 'utf8'), control }
}

/** What came back, read to its end. */
export interface Reply {
  readonly status: number | undefined
  readonly text: string | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly trailers: NodeJS.Dict<string>
  readonly body: Buffer
}

export interface Ask extends http.RequestOptions {
  readonly body?: string | Buffer
  readonly ca?: string
  readonly servername?: string
}

/** Sends a request to a port of the gateway. Rejects as the client does, also in the middle of the body. */
export async function ask(port: number, options: Ask = {}): Promise<Reply> {
  const { body, ca, ...rest } = options
  const request =
    ca === undefined
      ? http.request({ host: '127.0.0.1', port, agent: false, ...rest })
      : https.request({ host: '127.0.0.1', port, ca, agent: false, ...rest })
  // Node 26 tells of a connection that breaks in the middle of a response here, too, and not by the response alone.
  request.on('error', () => {})
  request.end(body)
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const { statusCode, statusMessage, headers, rawHeaders, trailers } = response
  return {
    status: statusCode,
    text: statusMessage,
    headers,
    rawHeaders,
    trailers,
    body: Buffer.concat(chunks),
  }
}

/** All that comes over a connection, to its end, in answer to these bytes. */
export async function raw(port: number, text: string | Buffer): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.write(text)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('latin1')
}

/** A real server of a test's. Gives back its port. */
export async function serve(
  listener: http.RequestListener,
): Promise<http.Server & { readonly port: number }> {
  const server = http.createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return Object.assign(server, { port: (server.address() as net.AddressInfo).port })
}

/** TLS to a port of the gateway, for HTTP/2. */
export function tlsTo(port: number, ca: string, servername = 'api.test', protocol = 'h2'): tls.TLSSocket {
  return tls.connect({ port, host: '127.0.0.1', ca, servername, ALPNProtocols: [protocol] })
}
