import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import http from 'node:http'
import http2 from 'node:http2'
import net, { type AddressInfo } from 'node:net'

import { onTestFinished } from 'vitest'

import { makeCertificate } from '../../../src/network/certificates/certificate.ts'
import type { Scratch } from '../../support/scratch.ts'

/** Makes an authority, `<name>.pem`, and a certificate of it for this host. */
export async function certificateFor(
  scratch: Scratch,
  host: string,
  authority = 'ca',
): Promise<{ readonly key: string; readonly cert: string }> {
  const [issuer, leaf] = [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' })) as [
    KeyPairKeyObjectResult,
    KeyPairKeyObjectResult,
  ]
  const by = {
    issuer: authority,
    issuerKey: issuer.privateKey,
    issuerPublicKey: issuer.publicKey,
    now: Date.now(),
  }
  scratch.write(
    `${authority}.pem`,
    await makeCertificate({ ...by, subject: authority, host: undefined, publicKey: issuer.publicKey }),
  )
  return {
    key: leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: await makeCertificate({ ...by, subject: host, host, publicKey: leaf.publicKey }),
  }
}

/** Listens on a free port of 127.0.0.1 until the test is over. */
export async function listen(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

/** Says what it was asked for: host and path. */
export function echo(request: http.IncomingMessage | http2.Http2ServerRequest): string {
  const host = request.headers[':authority'] ?? request.headers.host
  return `${String(host)} ${request.url}`
}

/** An HTTP server that echoes. */
export function httpEcho(): http.Server {
  return http.createServer((request, response) => response.end(echo(request)))
}

/** An HTTPS server that echoes, in HTTP/2, too. */
export function httpsEcho(certificate: {
  readonly key: string
  readonly cert: string
}): http2.Http2SecureServer {
  return http2.createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) => {
    response.end(echo(request))
  })
}

/** A server that says back every byte. */
export function tcpEcho(): net.Server {
  return net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket))
}
