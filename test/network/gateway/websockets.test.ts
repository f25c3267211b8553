import { once } from 'node:events'

import * as msw2 from 'msw'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

import { deferred } from '../../../src/wait.ts'
import { open, raw, serve } from '../support/gateway.ts'
import { majors, handle, dial, messages } from '../support/websockets.ts'

test.each(majors)(
  'a handler of $major echoes, pushes before it is accepted, and broadcasts',
  async ({ ws }) => {
    const opened = await open()
    const chat = ws.link('wss://chat.test/room')
    handle(
      opened,
      chat.addEventListener('connection', ({ client }) => {
        client.send(`welcome to ${client.url.pathname}`)
        client.addEventListener('message', (event) => client.send(`echo ${String(event.data)}`))
      }),
    )
    const port = await opened.preload.portFor('chat.test', 443)
    const sockets = [dial(port, opened.ca), dial(port, opened.ca)]
    const next = sockets.map(messages)
    expect(await Promise.all(next.map((one) => one()))).toEqual(['welcome to /room', 'welcome to /room'])
    sockets[0]?.send('hi')
    expect(await next[0]?.()).toBe('echo hi')
    await expect.poll(() => (chat as unknown as { clients: Set<unknown> }).clients.size).toBe(2)
    chat.broadcast('to all')
    expect(await Promise.all(next.map((one) => one()))).toEqual(['to all', 'to all'])
  },
)

test('what a client says, and that it goes, has its turn when its route gives it', async () => {
  const opened = await open()
  const heard: string[] = []
  handle(
    opened,
    msw2.ws.link('ws://chat.test/room').addEventListener('connection', ({ client }) => {
      client.addEventListener('message', ({ data }) => heard.push(String(data)))
      client.addEventListener('close', ({ code }) => heard.push(String(code)))
    }),
  )
  const socket = dial(await opened.preload.portFor('chat.test', 80))
  await once(socket, 'open')
  const held: (() => void)[] = []
  opened.answerer.onDeliver = (event) => held.push(event)
  for (const text of ['one', 'two']) socket.send(text)
  socket.close(3000)
  await expect.poll(() => held.length).toBe(3)
  expect(heard).toEqual([])
  for (const event of held) event()
  expect(heard).toEqual(['one', 'two', '3000'])
})

test.each(majors)('closures go both ways with their codes, for $major', async ({ ws }) => {
  const opened = await open()
  const chat = ws.link('ws://chat.test/room')
  const heard: (readonly [number, string, boolean])[] = []
  handle(
    opened,
    chat.addEventListener('connection', ({ client }) => {
      client.addEventListener('close', ({ code, reason, wasClean }) => heard.push([code, reason, wasClean]))
      client.addEventListener('message', (event) => client.close(Number(event.data), 'as asked'))
    }),
  )
  const port = await opened.preload.portFor('chat.test', 80)
  const seen: unknown[] = []
  for (const code of [1000, 1011, 4321, 1005, 1006]) {
    const socket = dial(port)
    await once(socket, 'open')
    socket.send(String(code))
    const [got, reason] = (await once(socket, 'close')) as [number, Buffer]
    seen.push([got, reason.toString()])
  }
  expect(seen).toEqual([
    [1000, 'as asked'],
    [1011, 'as asked'],
    [4321, 'as asked'],
    [1005, ''],
    [1006, ''],
  ])
  const leaving = dial(port)
  await once(leaving, 'open')
  leaving.close(4000, 'leaving')
  await once(leaving, 'close')
  await expect.poll(() => heard.at(-1)).toEqual([4000, 'leaving', true])
  const lost = dial(port)
  await once(lost, 'open')
  lost.terminate()
  await expect.poll(() => heard.at(-1)).toEqual([1006, '', false])
})

test.each(majors)(
  'binary messages come as ArrayBuffers and are sent as they are, for $major',
  async ({ ws }) => {
    const opened = await open()
    const chat = ws.link('ws://chat.test/room')
    handle(
      opened,
      chat.addEventListener('connection', ({ client }) => {
        client.addEventListener('message', (event) => {
          expect(event.data).toBeInstanceOf(ArrayBuffer)
          client.send(new Blob(['blob']))
          client.send(event.data as ArrayBuffer)
        })
      }),
    )
    const socket = dial(await opened.preload.portFor('chat.test', 80))
    const came: [Buffer, boolean][] = []
    socket.on('message', (data: Buffer, isBinary) => came.push([data, isBinary]))
    await once(socket, 'open')
    socket.send(Uint8Array.of(1, 2, 3))
    await expect
      .poll(() => came)
      .toEqual([
        [Buffer.from('blob'), true],
        [Buffer.from([1, 2, 3]), true],
      ])
  },
)

test.each(majors)(
  'with $major messages go through to the real server and back, unless that is prevented',
  async ({ ws }) => {
    const opened = await open()
    const real = await realServer()
    const chat = ws.link(`ws://localhost:${real.port}/*`)
    handle(
      opened,
      chat.addEventListener('connection', ({ client, server }) => {
        server.connect()
        client.addEventListener('message', (event) => {
          if (event.data === 'mine') {
            event.preventDefault()
            server.send('instead')
          }
        })
        server.addEventListener('message', (event) => {
          if (event.data !== 'real other') return
          event.preventDefault()
          client.send('prevented')
        })
      }),
    )
    const port = await opened.preload.portFor('localhost', real.port)
    const socket = dial(port, undefined, [], `ws://localhost:${real.port}/x`)
    const next = messages(socket)
    await once(socket, 'open')
    for (const text of ['plain', 'mine', 'other']) socket.send(text)
    expect([await next(), await next(), await next()]).toEqual(['real plain', 'real instead', 'prevented'])
    socket.send('close')
    expect(await once(socket, 'close')).toEqual([4444, Buffer.from('real')])
  },
)

test('the events of one connection reach the handlers of both majors, and one of them can stop them', async () => {
  const opened = await open()
  const heard: string[] = []
  const handlers = majors.map(({ major, ws }) =>
    ws.link('ws://chat.test/*').addEventListener('connection', ({ client }) => {
      client.addEventListener('message', (event) => {
        heard.push(`${major} ${String(event.data)}`)
        if (event.data === 'stop') event.stopPropagation()
      })
    }),
  )
  handle(opened, ...handlers)
  const socket = dial(await opened.preload.portFor('chat.test', 80))
  await once(socket, 'open')
  socket.send('go')
  socket.send('stop')
  await expect.poll(() => heard).toEqual(['msw 2 go', 'msw 3 go', 'msw 2 stop'])
})

test('a WebSocket that is let through has the protocol that its server chooses, or its refusal', async () => {
  const opened = await open()
  const real = await realServer()
  opened.answerer.onUpgrade = (upgrade) => upgrade.forward()
  const port = await opened.preload.portFor('127.0.0.1', real.port)
  const socket = dial(port, undefined, ['one', 'two'])
  const next = messages(socket)
  await once(socket, 'open')
  expect(socket.protocol).toBe('two')
  socket.send('hi')
  expect(await next()).toBe('real hi')
  const plain = await serve((_request, response) => response.writeHead(418).end())
  const refused = dial(await opened.preload.portFor('127.0.0.1', plain.port))
  await expect(once(refused, 'open')).rejects.toThrow('418')
})

test('a WebSocket is refused with a status, reset, and answered pings and with the first protocol offered', async () => {
  const { answerer, preload } = await open()
  const port = await preload.portFor('chat.test', 80)
  answerer.onUpgrade = (upgrade) => upgrade.refuse(403)
  await expect(once(dial(port), 'open')).rejects.toThrow('403')
  answerer.onUpgrade = (upgrade) => upgrade.reset()
  await expect(once(dial(port), 'open')).rejects.toMatchObject({ code: 'ECONNRESET' })
  answerer.onUpgrade = (upgrade) => upgrade.accept()
  const socket = dial(port, undefined, ['one', 'two'])
  await once(socket, 'open')
  expect([socket.protocol, socket.extensions]).toEqual(['one', ''])
  socket.ping('are you there')
  expect(await once(socket, 'pong')).toEqual([Buffer.from('are you there')])
})

test('whoever answers is told of a client that goes before its WebSocket is accepted', async () => {
  const { answerer, preload } = await open()
  const gone = deferred<void>()
  answerer.onUpgrade = (upgrade) => {
    void upgrade.aborted.then(() => {
      upgrade.accept()
      gone.resolve()
    })
    socket.terminate()
  }
  const socket = dial(await preload.portFor('chat.test', 80))
  socket.on('error', () => {})
  await gone.promise
  expect(socket.readyState).toBeGreaterThan(WebSocket.OPEN)
})

test('a malformed handshake is refused', async () => {
  const { answerer, preload } = await open()
  const port = await preload.portFor('chat.test', 80)
  const bad = 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
  expect(await raw(port, bad)).toMatch(/^HTTP\/1\.1 400 /)
  expect(answerer.garbage).toHaveLength(1)
  const keyless = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
  expect(await raw(port, keyless)).toMatch(/^HTTP\/1\.1 400 /)
})

/** Answers `real` and what it was told, and closes with 4444 when told so. */
async function realServer(): Promise<{ readonly port: number }> {
  const server = await serve(() => {})
  const sockets = new WebSocketServer({
    server,
    handleProtocols: (offered) => (offered.has('two') ? 'two' : false),
  })
  sockets.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      if (data.toString() === 'close') socket.close(4444, 'real')
      else socket.send(`real ${data.toString()}`)
    })
  })
  return server
}
