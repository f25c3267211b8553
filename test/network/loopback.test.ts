import { once } from 'node:events'
import net from 'node:net'

import { http, HttpResponse } from 'msw'
import { expect, test } from 'vitest'

import { openHarness } from '../support/harness.ts'
import { messagesOf } from './support/messages.ts'
import { REAL, realServer } from './support/real-server.ts'

const ASK = `
const [, ...urls] = process.argv
const get = (url) => fetch(url).then((answer) => answer.text(), (error) => error.cause.code)
const all = async () => { for (const url of urls) console.log(await get(url)) }
all()`

test('of a server on this machine only what a fault or a handler names is answered by the test', async () => {
  const url = await realServer()
  const harness = await openHarness()
  const network = await harness.openNetwork()
  network.use(http.get(`${url}mocked`, () => HttpResponse.text('a handler')))
  network.fail(`${url}*`, { status: 503, body: 'busy', times: 1 })
  const child = await harness.supervise('node', ['-e', ASK, url, url, `${url}mocked`])
  await child.exited
  expect(child.stdout.text.trim().split('\n')).toEqual(['busy', REAL, 'a handler'])
  expect(network.requests.map(({ outcome }) => outcome)).toEqual(['answered', 'forwarded', 'answered'])
  await harness.close()
})

test('where no server is, a request that nobody answers is told of as one to another machine is', async () => {
  const harness = await openHarness()
  const network = await harness.openNetwork()
  const url = await formerServer()
  network.use(http.get(`${url}mocked`, () => HttpResponse.text('a handler')))
  const child = await harness.supervise('node', ['-e', ASK, `${url}forgotten`])
  await child.exited
  expect(child.stdout.text.trim()).toBe('ECONNRESET')
  expect(network.requests).toMatchObject([{ outcome: 'unhandled' }])
  expect(await messagesOf(harness.close())).toContain(`GET ${url}forgotten`)
})

test('who says to be asking another host than the one that is connected to does not get by', async () => {
  const harness = await openHarness()
  const network = await harness.openNetwork()
  network.allow('http://allowed.example')
  const program = `require('http').get('http://other.example/', { headers: { host: process.argv[1] } }).on('error', ({ code }) => console.log(code))`
  for (const host of ['allowed.example', 'localhost']) {
    const child = await harness.supervise('node', ['-e', program, host])
    expect(await child.stdout.line('E')).toBe('ECONNRESET')
  }
  expect(network.requests.map(({ outcome }) => outcome)).toEqual(['unhandled', 'unhandled'])
  expect(await messagesOf(harness.close())).toContain('GET http://allowed.example/')
})

/** The URL of a server that has been closed. */
async function formerServer(): Promise<string> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}/`
}
