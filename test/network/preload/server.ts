import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import net, { type AddressInfo } from 'node:net'

import { onTestFinished } from 'vitest'

import type { Scratch } from '../../support/scratch.ts'

/** Makes an authority, `<name>.pem`, and a certificate of it for these names. */
export function certificateFor(
  scratch: Scratch,
  names: readonly string[],
  authority = 'ca',
): { readonly key: string; readonly cert: string } {
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: scratch.root, stdio: 'ignore' })
  }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout']
  openssl('req', '-x509', ...key, `${authority}.key`, '-out', `${authority}.pem`, '-subj', `/CN=${authority}`)
  openssl('req', ...key, `${authority}-leaf.key`, '-out', `${authority}.csr`, '-subj', '/CN=leaf')
  const alternatives = scratch.write(
    'names.cnf',
    `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\n`,
  )
  const by = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial']
  openssl(
    'x509',
    '-req',
    '-in',
    `${authority}.csr`,
    ...by,
    '-out',
    `${authority}-leaf.pem`,
    '-extfile',
    alternatives,
  )
  return {
    key: fs.readFileSync(scratch.path(`${authority}-leaf.key`), 'utf8'),
    cert: fs.readFileSync(scratch.path(`${authority}-leaf.pem`), 'utf8'),
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
