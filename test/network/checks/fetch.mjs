/* The `fetch` of Node. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'

import { API, failure, gate, PLAIN_API } from './check.mjs'

export const checks = {
  'fetch over HTTPS': async () => {
    const response = await fetch(`${API}/json`)
    assert.equal(response.headers.get('content-type'), 'application/json')
    assert.deepEqual(await response.json(), { ok: 1 })
  },
  'fetch over HTTP': async () => {
    assert.deepEqual(await (await fetch(`${PLAIN_API}/json`)).json(), { ok: 1 })
  },
  'fetch, POST': async () => {
    const response = await fetch(`${API}/echo`, { method: 'POST', body: 'hello' })
    assert.equal(await response.text(), 'POST:hello')
  },
  'fetch, an upload of 1 MiB': async () => {
    const body = randomBytes(1024 * 1024)
    const response = await fetch(`${API}/digest`, { method: 'POST', body })
    assert.equal(await response.text(), digest(body))
  },
  'fetch, a download of 1 MiB': async () => {
    const response = await fetch(`${API}/bytes`)
    const body = Buffer.from(await response.arrayBuffer())
    assert.equal(body.length, 1024 * 1024)
    assert.equal(digest(body), response.headers.get('x-digest'))
  },
  'fetch, gzip': async () => {
    assert.equal(await (await fetch(`${API}/gzip`)).text(), 'zipped')
  },
  'fetch, a redirect': async () => {
    const response = await fetch(`${API}/redirect`)
    assert.deepEqual(await response.json(), { ok: 1 })
    assert.deepEqual([response.redirected, response.url], [true, `${API}/json`])
  },
  'fetch, 204': async () => {
    const response = await fetch(`${API}/204`)
    assert.deepEqual([response.status, await response.text()], [204, ''])
  },
  'fetch, HEAD': async () => {
    const response = await fetch(`${API}/json`, { method: 'HEAD' })
    assert.deepEqual([response.status, await response.text()], [200, ''])
    assert.equal(response.headers.get('x-method'), 'HEAD')
  },
  'fetch, a response in pieces': async () => {
    // The handler sends the second piece when the first has been seen.
    const { at, open } = gate()
    const pieces = (await fetch(at('/pieces'))).body.pipeThrough(new TextDecoderStream())
    const seen = []
    for await (const piece of pieces) {
      seen.push(piece)
      if (seen.length === 1) await open()
    }
    assert.deepEqual(seen, ['one', 'two'])
  },
  'fetch, aborted': async () => {
    const { at, passed } = gate()
    const abort = new AbortController()
    const response = failure(fetch(at('/never/aborted'), { signal: abort.signal }))
    await passed(response)
    abort.abort()
    assert.equal((await response).name, 'AbortError')
  },
  'fetch, timed out': async () => {
    const { at } = gate()
    const error = await failure(fetch(at('/never/timed-out'), { signal: AbortSignal.timeout(50) }))
    assert.equal(error.name, 'TimeoutError')
  },
  'fetch, HttpResponse.error()': async () => {
    assert.equal((await failure(fetch(`${API}/error`))).cause?.code, 'ECONNRESET')
  },
  'fetch, a delay': async () => {
    const began = performance.now()
    assert.deepEqual(await (await fetch(`${API}/delayed`)).json(), { ok: 1 })
    const took = performance.now() - began
    // A timer may go off a millisecond early, and each process has a clock of its own.
    assert.ok(took >= 290, `the handler waits for 300 ms, the answer came after ${took} ms`)
  },
  'fetch, what nothing handles': async () => {
    const error = await failure(fetch(`${API}/unhandled/fetch`))
    assert.deepEqual([error.name, error.message], ['TypeError', 'fetch failed'])
    assert.equal(error.cause?.code, 'ECONNRESET')
  },
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
