/* `node:http`, `node:https`, `node:http2` and `node:net`. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import { text } from 'node:stream/consumers'

import { answer, API, failure, gate, PLAIN_API } from './check.mjs'

export const checks = {
  'http.get': async () => {
    const { status, text: body } = await answer(http.get(`${PLAIN_API}/json`))
    assert.deepEqual([status, JSON.parse(body)], [200, { ok: 1 }])
  },
  'https.get': async () => {
    const { status, text: body } = await answer(https.get(`${API}/json`))
    assert.deepEqual([status, JSON.parse(body)], [200, { ok: 1 }])
  },
  'https.get with an agent that keeps connections': async () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
    try {
      const first = https.get(`${API}/json`, { agent })
      assert.deepEqual(JSON.parse((await answer(first)).text), { ok: 1 })
      const second = https.get(`${API}/json`, { agent })
      assert.deepEqual(JSON.parse((await answer(second)).text), { ok: 1 })
      assert.equal(second.reusedSocket, true)
    } finally {
      agent.destroy()
    }
  },
  'https.request, a body in pieces': async () => {
    // The second piece follows when the handler has read the first.
    const { at, passed } = gate()
    const request = https.request(at('/upload'), { method: 'POST' })
    const response = answer(request)
    request.write('one,')
    await passed(response)
    request.end('two')
    assert.equal((await response).text, 'POST:one,two')
  },
  'https.get, a response in pieces': async () => {
    const { at, open } = gate()
    const [response] = await once(https.get(at('/pieces')), 'response')
    const seen = []
    for await (const piece of response) {
      seen.push(String(piece))
      if (seen.length === 1) await open()
    }
    assert.deepEqual(seen, ['one', 'two'])
  },
  'https.get, two cookies': async () => {
    const { headers } = await answer(https.get(`${API}/cookies`))
    assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2'])
  },
  'https.get, destroyed': async () => {
    const { at, passed } = gate()
    const request = https.get(at('/never/destroyed'))
    const response = failure(answer(request))
    await passed(response)
    request.destroy()
    assert.equal((await response).code, 'ECONNRESET')
  },
  'https.get, HttpResponse.error()': async () => {
    assert.equal((await failure(answer(https.get(`${API}/error`)))).code, 'ECONNRESET')
  },
  'https.get, what nothing handles': async () => {
    const error = await failure(answer(https.get(`${API}/unhandled/https`)))
    assert.equal(error.code, 'ECONNRESET')
  },
  'http2.connect': async () => {
    const session = http2.connect(API)
    try {
      const request = session.request({ ':path': '/json' })
      const failed = once(session, 'error').then(([error]) => Promise.reject(error))
      const [headers] = await Promise.race([once(request, 'response'), failed])
      assert.equal(headers[':status'], 200)
      assert.deepEqual(JSON.parse(await text(request)), { ok: 1 })
      assert.equal(session.alpnProtocol, 'h2')
    } finally {
      session.close()
    }
  },
  'net.connect, a protocol that is not HTTP': async () => {
    const socket = net.connect(25, 'mail.example.com')
    socket.on('connect', () => socket.write('EHLO client.example.com\r\n'))
    // An end in peace would not tell the client that it was refused; ENOTFOUND, that it asked the real resolver.
    const outcome = await new Promise((resolve) => {
      socket.on('error', ({ code }) => resolve(code))
      socket.on('data', (data) => resolve(`an answer: ${data}`))
      socket.on('end', () => resolve('an end without an error'))
    })
    socket.destroy()
    assert.equal(outcome, 'ECONNRESET')
  },
}
