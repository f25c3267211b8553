/*
 * A real server, of HTTP and HTTPS, in a process of its own: what a child of a test would talk to if there were no gateway.
 * Its certificate is of the same kind as those of the gateway. It is given a JSON answer and where the certificate of its
 * authority goes. Under `/handled` it answers by a handler of MSW, and does nothing else that a gateway does.
 */
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'

import { http as msw, HttpResponse } from 'msw'

import { makeCertificate } from '../dist/src/network/certificates/certificate.js'

const [, , json, caFile] = process.argv
const body = Buffer.from(json)
const headers = { 'content-length': body.length, 'content-type': 'application/json' }
const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const issued = {
  issuer: 'a real authority',
  issuerKey: authority.privateKey,
  issuerPublicKey: authority.publicKey,
  now: Date.now(),
}
const ca = { ...issued, subject: issued.issuer, host: undefined, publicKey: authority.publicKey }
writeFileSync(caFile, await makeCertificate(ca))
const cert = await makeCertificate({
  ...issued,
  subject: '127.0.0.1',
  host: '127.0.0.1',
  publicKey: server.publicKey,
})

const handler = msw.all('*://127.0.0.1/handled', async ({ request }) => {
  if (request.method === 'POST') await request.json()
  return HttpResponse.json(JSON.parse(json))
})
let handled = 0
const handle = async ({ url, method, headers }, content) => {
  const { response } = await handler.run({
    request: new Request(`http://127.0.0.1${url}`, { method, headers, ...(content && { body: content }) }),
    requestId: `${++handled}`,
    resolutionContext: { quiet: true },
  })
  return Buffer.from(await response.arrayBuffer())
}
const send = (response, content) => {
  response.sendDate = false
  response.writeHead(200, headers).end(content)
}
const read = async (request) => {
  const parts = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}
const answer = async (request, response) => {
  const sent = request.method === 'POST' ? await read(request) : undefined
  if (request.url === '/handled') return send(response, await handle(request, sent))
  if (sent) JSON.parse(sent)
  send(response, body)
}
const listener = (request, response) => void answer(request, response)
const listen = async (started) => {
  // Connections are kept for as long as the gateway keeps them.
  Object.assign(started, { keepAliveTimeout: 0 }).listen({ port: 0, host: '127.0.0.1', backlog: 1024 })
  await once(started, 'listening')
  return started.address().port
}
const ports = {
  http: await listen(http.createServer(listener)),
  https: await listen(
    https.createServer({ key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }), cert }, listener),
  ),
}
process.send(ports)
process.on('disconnect', () => process.exit())
