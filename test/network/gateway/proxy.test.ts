import { execFile } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'
import { WebSocket } from 'ws'

import { introductionOf } from '../../../src/network/gateway/proxy.ts'
import { isInstalled } from '../support/installed.ts'
import { ask, open, raw, serve } from '../support/gateway.ts'

const run = promisify(execFile)

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

test('the credentials of a proxy say who comes', () => {
  expect(introductionOf(undefined)).toEqual({})
  expect(introductionOf('Bearer x')).toEqual({})
  expect(introductionOf(basic('web:vs-1.2'))).toEqual({ agent: 'web', mark: 'vs-1.2' })
  expect(introductionOf(basic('a%20b:pid.123'))).toEqual({ agent: 'a b', pid: 123 })
  expect(introductionOf(basic('50%:'))).toEqual({ agent: '50%' })
  expect(introductionOf(basic(':pid.7'))).toEqual({ pid: 7 })
})

test('a request by an absolute URL is handed on, without what is for the proxy', async () => {
  const { gateway, answerer } = await open()
  const seen: unknown[] = []
  answerer.onRequest = (exchange) => {
    const { request, client } = exchange
    seen.push([
      request.url,
      client.agent,
      [...request.headers.keys()].filter((name) => name.startsWith('proxy')),
    ])
    void exchange.respond(new Response('by proxy'))
  }
  const headers = {
    host: 'api.test',
    'proxy-authorization': basic('web:m'),
    'proxy-connection': 'keep-alive',
  }
  for (const path of ['http://api.test/x', 'https://api.test/y']) {
    const reply = await ask(gateway.proxyPort, { path, headers })
    expect(reply.body.toString()).toBe('by proxy')
  }
  expect(seen).toEqual([
    ['http://api.test/x', 'web', []],
    ['https://api.test/y', 'web', []],
  ])
  expect(answerer.introductions.slice(1)).toEqual([{ agent: 'web', mark: 'm' }])
  expect(answerer.asked.map(({ destination }) => destination.port)).toEqual([80, 443])
})

test('what is to go direct goes there, and what goes nowhere is refused with its code', async () => {
  const { gateway, answerer } = await open()
  const server = await serve((request, response) => response.end(`real ${request.url}`))
  answerer.onConnect = ({ host }) =>
    host === '127.0.0.1' ? { to: 'direct' } : { to: 'nowhere', code: 'ECONNREFUSED' }
  const own = `127.0.0.1:${server.port}`
  const reply = await ask(gateway.proxyPort, { path: `http://${own}/x`, headers: { host: own } })
  expect(reply.body.toString()).toBe('real /x')
  const tunnelled = await raw(
    gateway.proxyPort,
    `CONNECT ${own} HTTP/1.1\r\n\r\nGET /y HTTP/1.1\r\nHost: ${own}\r\nConnection: close\r\n\r\n`,
  )
  expect(tunnelled).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nHTTP\/1\.1 200 OK.*real \/y$/s)
  const refused = await ask(gateway.proxyPort, { path: 'http://api.test/' })
  expect([refused.status, refused.body.toString()]).toEqual([
    502,
    'ECONNREFUSED: api.test:80 cannot be reached.',
  ])
  expect(await raw(gateway.proxyPort, 'CONNECT api.test:443 HTTP/1.1\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 502 .*ECONNREFUSED: api/s,
  )
  expect(await raw(gateway.proxyPort, 'CONNECT api.test HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  expect((await ask(gateway.proxyPort, { path: '/x' })).status).toBe(400)
})

test('a tunnel to nobody is refused with the code of the system', async () => {
  const { gateway, answerer } = await open()
  answerer.onConnect = () => ({ to: 'direct' })
  const server = await serve(() => {})
  server.close()
  const text = await raw(gateway.proxyPort, `CONNECT 127.0.0.1:${server.port} HTTP/1.1\r\n\r\n`)
  expect(text).toMatch(/^HTTP\/1\.1 502 .*ECONNREFUSED/s)
})

test('a WebSocket comes through the proxy, in a tunnel and without', async () => {
  const { gateway, answerer } = await open()
  const urls: string[] = []
  answerer.onUpgrade = (upgrade) => {
    urls.push(upgrade.url.href)
    upgrade.accept()
  }
  const socket = net.connect(gateway.proxyPort, '127.0.0.1')
  socket.write('CONNECT chat.test:80 HTTP/1.1\r\n\r\n')
  await once(socket, 'data')
  const tunnelled = new WebSocket('ws://chat.test/a', { createConnection: () => socket })
  await once(tunnelled, 'open')
  tunnelled.terminate()
  const handshake =
    'Host: chat.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
  const plain = net.connect(gateway.proxyPort, '127.0.0.1')
  plain.write(`GET http://chat.test/b HTTP/1.1\r\n${handshake}`)
  const [first] = (await once(plain, 'data')) as [Buffer]
  expect(first.toString()).toMatch(/^HTTP\/1\.1 101 /)
  plain.destroy()
  expect(urls).toEqual(['ws://chat.test/a', 'ws://chat.test/b'])
})

test.runIf(isInstalled('curl'))(
  'curl is answered through the proxy, with HTTP/2 too, and trusts the authority',
  async () => {
    const { gateway, answerer } = await open()
    answerer.onRequest = async (exchange) =>
      void exchange.respond(new Response(`${exchange.request.url} ${await exchange.request.text()}`))
    const proxy = `http://web:pid.${process.pid}@127.0.0.1:${gateway.proxyPort}`
    const curl = async (...words: string[]): Promise<string> => {
      const env = {
        https_proxy: proxy,
        http_proxy: proxy,
        CURL_CA_BUNDLE: gateway.caFile,
        PATH: process.env['PATH'],
      }
      return (await run('curl', ['-sS', ...words], { env })).stdout
    }
    expect(await curl('http://api.test/a')).toBe('http://api.test/a ')
    expect(await curl('https://api.test/a', '-d', 'sent')).toBe('https://api.test/a sent')
    expect(await curl('--http1.1', 'https://api.test/a')).toBe('https://api.test/a ')
    expect(await curl('--http2', 'http://api.test/a', '-d', 'sent')).toBe('http://api.test/a sent')
    expect(await curl('https://[2001:db8::1]/a')).toBe('https://[2001:db8::1]/a ')
    expect(answerer.introductions).toContainEqual({ agent: 'web', pid: process.pid })
    answerer.onRequest = (exchange) => exchange.reset()
    await expect(curl('https://api.test/a')).rejects.toMatchObject({
      code: expect.toSatisfy((code) => [16, 56, 92].includes(Number(code))),
    })
    answerer.onRequest = (exchange) => void exchange.respond(new Response('x'.repeat(100)), 10)
    await expect(curl('--http1.1', 'https://api.test/a')).rejects.toMatchObject({
      code: 18,
      stdout: 'x'.repeat(10),
    })
  },
)

test.runIf(isInstalled('curl'))(
  'a client that does not trust the authority is told of with the reason',
  async () => {
    const { gateway, answerer } = await open()
    const env = { https_proxy: `http://127.0.0.1:${gateway.proxyPort}`, PATH: process.env['PATH'] }
    await expect(run('curl', ['-sS', 'https://api.test/a'], { env })).rejects.toMatchObject({ code: 60 })
    await expect.poll(() => answerer.distrust).toEqual([expect.stringMatching(/unknown ca/)])
  },
)

test.runIf(isInstalled('python3'))(
  'Python is answered through the proxy, its TLS as strict as it can be',
  async () => {
    const { gateway } = await open()
    const program = [
      'import ssl, urllib.request',
      'context = ssl.create_default_context()',
      'context.verify_flags |= ssl.VERIFY_X509_STRICT | 0x80000',
      'print(urllib.request.urlopen("https://api.test/a", context=context).read().decode())',
      'print(urllib.request.urlopen("https://10.0.0.1/a", context=context).read().decode())',
    ]
    const env = {
      https_proxy: `http://web:m@127.0.0.1:${gateway.proxyPort}`,
      SSL_CERT_FILE: gateway.caFile,
      PATH: process.env['PATH'],
    }
    const { stdout } = await run('python3', ['-c', program.join('\n')], { env })
    expect(stdout).toBe('hello\nhello\n')
  },
)
