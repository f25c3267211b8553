import { once } from 'node:events'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import net from 'node:net'

import { expect, test } from 'vitest'
import { WebSocket } from 'ws'

import { Authority } from '../../../src/network/certificates/authority.ts'
import { openGateway } from '../../../src/network/gateway/gateway.ts'
import { deferred } from '../../../src/wait.ts'
import { Scratch } from '../../support/scratch.ts'
import { HandmadeAnswerer } from '../support/answerer.ts'
import { HandmadePreload } from '../support/handmade-preload.ts'
import { ask, open, tlsTo } from '../support/gateway.ts'

/** Resolves when a connection has ended, however it did. */
function closed(socket: net.Socket): Promise<void> {
  socket.on('error', () => {}).resume()
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

test('a process is introduced, and its questions are answered as the answerer says', async () => {
  const { answerer, control } = await open()
  const preload = await HandmadePreload.connect(control, { pid: 7, agent: 'web', mark: 'vs-1' })
  answerer.onConnect = ({ host }) =>
    host === 'near.test' ? { to: 'direct' } : { to: 'nowhere', code: 'ETIMEDOUT' }
  answerer.onLookup = () => ({ to: 'gateway', address: '198.18.0.1' })
  expect(await preload.ask('connect', { host: 'near.test', port: 1 })).toEqual({ n: 1, to: 'direct' })
  expect(await preload.ask('connect', { host: 'far.test', port: 1 })).toMatchObject({
    to: 'nowhere',
    code: 'ETIMEDOUT',
  })
  expect(await preload.ask('lookup', { host: 'a.test' })).toMatchObject({
    to: 'gateway',
    address: '198.18.0.1',
  })
  expect(await preload.ask('datagram', { host: '1.1.1.1', port: 53 })).toMatchObject({ code: 'ENETUNREACH' })
  expect(answerer.introductions.at(-1)).toEqual({ pid: 7, agent: 'web', mark: 'vs-1' })
  answerer.onConnect = () => {
    throw new Error('undecided')
  }
  expect(await preload.ask('connect', { host: 'b.test', port: 1 })).toMatchObject({
    to: 'nowhere',
    code: 'ECONNREFUSED',
  })
})

test('a destination of a process has one port, another process another', async () => {
  const { preload, control } = await open()
  const other = await HandmadePreload.connect(control, { pid: 2 })
  const ports = await Promise.all([preload.portFor('a.test', 80), preload.portFor('a.test', 80)])
  expect(ports[0]).toBe(ports[1])
  const all = [ports[0], await preload.portFor('a.test', 81), await other.portFor('a.test', 80)]
  expect(new Set(all).size).toBe(3)
})

test.each([
  'no JSON',
  '{"t":"connect","n":1,"host":"a","port":1}',
  '{"t":"hello"}\n{"t":"hello"}',
  '{"t":"hello"}\n{"t":"connect","n":1}',
  'x'.repeat(2_000_000),
])('what is no question closes the connection (%#)', async (text) => {
  const { control } = await open()
  const socket = net.connect(control)
  socket.on('error', () => {})
  socket.write(`${text}\n`)
  await closed(socket)
  expect(socket.destroyed).toBe(true)
})

test('when a process has gone, its ports close, what it has open goes on, and then its route is closed', async () => {
  const opened = await open()
  const { answerer, control } = opened
  await opened.preload.portFor('a.test', 80)
  const { routes } = answerer
  const preload = await HandmadePreload.connect(control, { pid: 9 })
  const port = await preload.portFor('a.test', 80)
  const socket = net.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'data')
  expect(answerer.routes).toBe(routes + 1)
  await preload.end()
  await expect.poll(() => ask(port).catch((error: NodeJS.ErrnoException) => error.code)).toBe('ECONNREFUSED')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'data')
  expect(answerer.routes).toBe(routes + 1)
  socket.destroy()
  await expect.poll(() => answerer.routes).toBe(routes)
})

test('connections that are kept for later are closed where nothing is being answered', async () => {
  const { gateway, answerer, preload } = await open()
  const agent = new http.Agent({ keepAlive: true })
  const port = await preload.portFor('a.test', 80)
  const other = await preload.portFor('b.test', 80)
  await Promise.all([ask(port, { agent }), ask(other, { agent })])
  const answering = deferred<void>()
  const answer = deferred<void>()
  answerer.onRequest = async (exchange) => {
    answering.resolve()
    await answer.promise
    await exchange.respond(new Response('kept'))
  }
  const busy = ask(port)
  await answering.promise
  const [idle] = Object.entries(agent.freeSockets).flatMap(([name, sockets]) =>
    name.includes(`:${port}:`) ? (sockets ?? []) : [],
  )
  const closed = once(idle as net.Socket, 'close')
  await gateway.closeIdle(({ host }) => host === 'a.test')
  await closed
  answer.resolve()
  expect((await busy).body.toString()).toBe('kept')
  expect(Object.values(agent.freeSockets).flat()).toHaveLength(1)
  agent.destroy()
})

test('the preload file starts the preload with all that it has to know', async () => {
  const directory = new Scratch().root
  const program = `${directory}/pre'load".cjs`
  writeFileSync(program, 'exports.start = (options) => (globalThis.started = options)')
  const gateway = await openGateway({
    answerer: new HandmadeAnswerer(),
    authority: await Authority.ofRun(directory),
    directory,
    name: 'one',
    preload: program,
    env: ({ proxyPort }) => ({ PORT: String(proxyPort) }),
  })
  createRequire(import.meta.url)(gateway.preloadFile)
  expect((globalThis as { started?: unknown }).started).toEqual({
    control: `${directory}/one.net`,
    ca: gateway.caFile,
    file: gateway.preloadFile,
    env: { PORT: String(gateway.proxyPort) },
  })
  expect(statSync(gateway.preloadFile).mode & 0o777).toBe(0o600)
  await gateway.close()
})

test('nothing can be reached through a gateway that is closed, and nothing is left of it', async () => {
  const { gateway, answerer, preload, control, ca } = await open()
  const stalling = deferred<void>()
  answerer.onRequest = (exchange) => {
    exchange.stall()
    stalling.resolve()
  }
  const port = await preload.portFor('a.test', 443)
  const { proxyPort } = gateway
  const sockets = [net.connect(port, '127.0.0.1'), net.connect(proxyPort, '127.0.0.1'), tlsTo(port, ca)]
  const chat = new WebSocket('ws://a.test/', { createConnection: () => net.connect(port, '127.0.0.1') })
  await Promise.all([
    ...sockets.map((socket) => once(socket, socket === sockets[2] ? 'secureConnect' : 'connect')),
    once(chat, 'open'),
  ])
  const stalled = ask(port).catch((error: unknown) => error)
  await stalling.promise
  const ends = [preload.socket, ...sockets].map(closed)
  const chatEnd = once(chat, 'close')
  await Promise.all([gateway.close(), gateway.close()])
  await Promise.all([...ends, chatEnd])
  expect(await stalled).toMatchObject({ code: 'ECONNRESET' })
  for (const closed of [port, proxyPort])
    await expect(ask(closed)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await expect(once(net.connect(control), 'connect')).rejects.toThrow('ENOENT')
  expect(existsSync(control) || existsSync(gateway.preloadFile)).toBe(false)
  expect(answerer.routes).toBe(0)
})

test('a directory whose sockets have no address is refused', async () => {
  const scratch = new Scratch()
  const authority = await Authority.ofRun(scratch.root)
  const directory = scratch.path('x'.repeat(120))
  const opening = openGateway({ answerer: new HandmadeAnswerer(), authority, directory, name: 'one' })
  await expect(opening).rejects.toMatchObject({ code: 'ERR_PATH_TOO_LONG' })
})

test.runIf(process.platform === 'linux')('two hundred connections leave no descriptor behind', async () => {
  const { answerer, preload, ca } = await open()
  const descriptors = (): number => readdirSync('/proc/self/fd').length
  const port = await preload.portFor('api.test', 443)
  const round = async (): Promise<void> => {
    answerer.onRequest = (exchange) => void exchange.respond(new Response('yes'))
    await ask(port, { ca, servername: 'api.test' })
    await ask(port)
    answerer.onRequest = (exchange) => exchange.reset()
    await ask(port, { ca, servername: 'api.test' }).catch(() => {})
    const chat = new WebSocket('ws://a.test/', { createConnection: () => net.connect(port, '127.0.0.1') })
    await once(chat, 'open')
    chat.close()
    await once(chat, 'close')
  }
  await round()
  await expect.poll(() => answerer.routes).toBe(1)
  const before = descriptors()
  for (let count = 0; count < 50; count++) await round()
  await expect.poll(descriptors).toBeLessThanOrEqual(before)
})
