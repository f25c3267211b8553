import { once } from 'node:events'
import http from 'node:http'
import { createRequire } from 'node:module'

import * as msw2 from 'msw'
import { setupServer as setupServer2 } from 'msw/node'
import * as msw3 from 'msw3'
import { setupServer as setupServer3 } from 'msw3/node'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'

import { openHarness } from '../support/harness.ts'
import { REAL, realServer } from './support/real-server.ts'

type Versions = readonly (readonly [name: string, msw: typeof msw2, setupServer: typeof setupServer2])[]

/* Many projects have MSW answer their test process, too. Version 3 needs Node 22 for that. */
const VERSIONS = [
  ['msw 3', msw3, setupServer3],
  ['msw 2', msw2, setupServer2],
] as unknown as Versions

const ASK = `
const [, url, socketUrl, library] = process.argv
const { WebSocket } = require(library)
const get = (url) => fetch(url).then((answer) => answer.text(), (error) => error.cause.code)
const hear = (url) => new Promise((resolve) => {
  const socket = new WebSocket(url)
  socket.onmessage = ({ data }) => resolve(data)
  socket.onerror = ({ message }) => resolve(message)
})
Promise.all([get('https://api.example.com/a'), get(url), hear(socketUrl)]).then((all) => console.log('got ' + all))
`

test.each(VERSIONS.filter(([name]) => name === 'msw 2' || 'withResolvers' in Promise))(
  'setupServer() of %s in the test answers the test, and nothing of what children are let through to',
  async (_name, msw, setupServer) => {
    const url = await realServer()
    const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    onTestFinished(() => sockets.close())
    sockets.on('connection', (socket) => socket.send('a real socket'))
    await once(sockets, 'listening')
    const { port } = sockets.address() as { port: number }
    const socketUrl = `ws://127.0.0.1:${port}/`
    const server = setupServer(msw.http.get('*', () => msw.HttpResponse.text('setupServer')))
    server.listen({ onUnhandledRequest: 'error' })
    onTestFinished(() => server.close())
    const { request } = http

    const harness = await openHarness()
    const network = await harness.openNetwork()
    network.use(
      msw.http.get('https://api.example.com/a', () => msw.HttpResponse.text('a handler')),
      msw.http.get(url, () => msw.passthrough()),
      msw.ws.link(socketUrl).addEventListener('connection', ({ server: real }) => real.connect()),
    )
    const library = createRequire(import.meta.url).resolve('ws')
    const child = await harness.supervise('node', ['-e', ASK, url, socketUrl, library])
    expect(await child.stdout.line('got')).toBe(`got a handler,${REAL},a real socket`)
    expect(http.request).toBe(request)
  },
)
