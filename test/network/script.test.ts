import { http, HttpResponse } from 'msw'

import { expect, test } from '../../fixtures/index.ts'

const URL = 'https://api.example.com/a'

/** Asks by `fetch` until it is answered 200. */
const FETCH = `
for (let said; said !== 200; console.log(said)) {
  said = await fetch('${URL}').then(async (answer) => (await answer.text(), answer.status), (error) => error.cause.code)
}`

/** The same by an agent that keeps its connections. */
const KEPT = `
import https from 'node:https'
const agent = new https.Agent({ keepAlive: true })
const ask = () => new Promise((resolve) => {
  https.get('${URL}', { agent }, (answer) => answer.resume().on('end', () => resolve(answer.statusCode)))
    .on('error', (error) => resolve(error.code))
})
for (let said; said !== 200; console.log(said)) said = await ask()
agent.destroy()`

/** The same over one session of HTTP/2 as long as it lives. */
const SESSION = `
import http2 from 'node:http2'
let session
const ask = () => new Promise((resolve) => {
  if (!session || session.closed || session.destroyed) session = http2.connect('https://api.example.com')
  session.on('error', (error) => resolve(error.code))
  const stream = session.request({ ':path': '/a' })
  stream.on('response', (headers) => stream.resume().on('end', () => setImmediate(resolve, headers[':status'])))
  stream.on('error', (error) => resolve((error.cause ?? error).code))
})
for (let said; said !== 200; console.log(said)) said = await ask()
session.close()`

/** The `fetch` of Node 26 speaks HTTP/2. */
const BY_FETCH = Number(process.versions.node.split('.')[0]) >= 26 ? 'ERR_HTTP2_STREAM_ERROR' : 'ECONNRESET'

test.for([
  ['fetch', FETCH, BY_FETCH],
  ['a kept connection', KEPT, 'ECONNRESET'],
  ['HTTP/2', SESSION, 'ERR_HTTP2_STREAM_ERROR'],
] as const)(
  '%s: faults strike in their order, those of connections, too',
  async ([, program, reset], { network, supervise }) => {
    network.use(http.get(URL, () => HttpResponse.text('hello')))
    network.fail(URL, { status: 503, times: 2 })
    network.fail('https://api.example.com/*', { connect: 'ECONNREFUSED', times: 2 })
    network.fail(URL, { reset: true, times: 1 })
    network.fail(URL, { connect: 'ENOTFOUND', times: 1 })
    const child = await supervise(process.execPath, ['--input-type=module', '-e', program])
    await child.exited
    expect(child.stdout.text.trim().split('\n')).toEqual([
      '503',
      '503',
      'ECONNREFUSED',
      'ECONNREFUSED',
      reset,
      'ENOTFOUND',
      '200',
    ])
  },
)

test('a program that the test takes apart is bound to its network', async ({
  network: { use, fail, allow },
}) => {
  use(http.get(URL, () => HttpResponse.text('hello')))
  allow('https://other.example')
  expect(fail(URL, { reset: true, optional: true }).fired).toBe(false)
})
