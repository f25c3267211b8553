import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import net from 'node:net'
import { gzipSync } from 'node:zlib'

import { expect, test } from 'vitest'

import { deferred } from '../../../src/wait.ts'
import { turns } from '../../support/until.ts'
import { ask, open, raw, serve, tlsTo } from '../support/gateway.ts'

const MEGABYTE = 1024 * 1024

test('an answer keeps its repeated cookies, its length, and its compressed body', async () => {
  const { answerer, preload } = await open()
  const zipped = gzipSync('a text')
  answerer.onRequest = (exchange) =>
    void exchange.respond(
      new Response(zipped, {
        headers: [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
          ['content-encoding', 'gzip'],
          ['content-length', String(zipped.length)],
        ],
      }),
    )
  const reply = await ask(await preload.portFor('api.test', 80))
  expect(reply.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect(reply.headers['content-length']).toBe(String(zipped.length))
  expect(reply.body).toEqual(zipped)
})

test('an answer that is shorter than it promises breaks off, and one that cannot be sent resets the connection', async () => {
  const { answerer, preload } = await open()
  const port = await preload.portFor('api.test', 80)
  answerer.onRequest = (exchange) =>
    exchange.respond(new Response('four', { headers: { 'content-length': '5' } }))
  await expect(ask(port)).rejects.toMatchObject({ code: 'ECONNRESET', message: 'aborted' })
  const used = new Response('used')
  await used.text()
  const failure = deferred<unknown>()
  answerer.onRequest = (exchange) => exchange.respond(used).catch(failure.resolve)
  await expect(ask(port)).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(await failure.promise).toBeInstanceOf(TypeError)
})

test('answers to HEAD and those that have no body send none, and the connection goes on', async () => {
  const { answerer, preload } = await open()
  const statuses = [200, 204, 304]
  answerer.onRequest = (exchange) => {
    const status = statuses.shift() ?? 500
    const body = exchange.request.method === 'HEAD' ? 'four' : null
    void exchange.respond(new Response(body, { status, headers: { 'content-length': '4' } }))
  }
  const head = (line: string): string => `${line} / HTTP/1.1\r\nHost: a\r\n`
  const text = await raw(
    await preload.portFor('api.test', 80),
    `${head('HEAD')}\r\n${head('GET')}\r\n${head('GET')}Connection: close\r\n\r\n`,
  )
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 204', 'HTTP/1.1 304'])
  expect(text).not.toContain('four')
})

test('a streamed body arrives as it comes', async () => {
  const { answerer, preload } = await open()
  const stream = new TransformStream<Uint8Array, Uint8Array>()
  const writer = stream.writable.getWriter()
  answerer.onRequest = (exchange) => void exchange.respond(new Response(stream.readable))
  const request = http.get({ host: '127.0.0.1', port: await preload.portFor('api.test', 80), agent: false })
  await writer.write(Buffer.from('first'))
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  expect(String(await once(response, 'data'))).toBe('first')
  void writer.write(Buffer.from('second'))
  expect(String(await once(response, 'data'))).toBe('second')
  void writer.close()
  response.resume()
  await once(response, 'end')
  expect(response.headers['transfer-encoding']).toBe('chunked')
})

test('the body of an answer is cancelled when the client goes', async () => {
  const { answerer, preload } = await open()
  const cancelled = deferred<void>()
  answerer.onRequest = (exchange) =>
    void exchange.respond(
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(Buffer.from('first')),
          cancel: () => cancelled.resolve(),
        }),
      ),
    )
  const socket = net.connect(await preload.portFor('api.test', 80), '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'data')
  socket.destroy()
  expect(await cancelled.promise).toBeUndefined()
})

test('a body that fails in its middle resets the connection', async () => {
  const { answerer, preload } = await open()
  const delivery = deferred<string>()
  answerer.onRequest = (exchange) => {
    let turn = 0
    const body = new ReadableStream({
      async pull(controller) {
        if (turn++ === 0) return controller.enqueue(Buffer.from('first'))
        await new Promise((resolve) => setImmediate(resolve))
        controller.error(new Error('broken'))
      },
    })
    void exchange.respond(new Response(body)).then(delivery.resolve)
  }
  await expect(ask(await preload.portFor('api.test', 80))).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(await delivery.promise).toBe('aborted')
})

test.each(['http', 'https'])(
  'a truncated %s answer promises all and gives as many bytes as asked',
  async (scheme) => {
    const { answerer, preload, ca } = await open()
    const whole = Buffer.alloc(300_000, 'x')
    let bytes = 0
    const deliveries: string[] = []
    answerer.onRequest = (exchange) =>
      void exchange.respond(new Response(whole), bytes).then((delivery) => deliveries.push(delivery))
    const port = await preload.portFor('api.test', 443)
    for (bytes of [0, 1, 250_000]) {
      const socket =
        scheme === 'http' ? net.connect(port, '127.0.0.1') : tlsTo(port, ca, 'api.test', 'http/1.1')
      socket.write('GET / HTTP/1.1\r\nHost: api.test\r\n\r\n')
      const chunks: Buffer[] = []
      for await (const chunk of socket) chunks.push(chunk as Buffer)
      const text = Buffer.concat(chunks).toString()
      expect(text).toMatch(/content-length: 300000\r\n/i)
      expect(text.length - text.indexOf('\r\n\r\n') - 4).toBe(bytes)
      const options = scheme === 'http' ? {} : { ca, servername: 'api.test' }
      await expect(ask(port, options)).rejects.toMatchObject({ code: 'ECONNRESET', message: 'aborted' })
    }
    expect(new Set(deliveries)).toEqual(new Set(['sent']))
  },
)

test('a reset is seen as ECONNRESET, with TLS and without; of HTTP/2 the stream alone', async () => {
  const { answerer, preload, ca } = await open()
  answerer.onRequest = (exchange) => {
    if (exchange.request.url.endsWith('/bad')) exchange.reset()
    else void exchange.respond(new Response('good'))
  }
  const port = await preload.portFor('api.test', 443)
  await expect(ask(port, { path: '/bad' })).rejects.toMatchObject({ code: 'ECONNRESET' })
  await expect(ask(port, { path: '/bad', ca, servername: 'api.test' })).rejects.toMatchObject({
    code: 'ECONNRESET',
  })
  const session = http2.connect('https://api.test', { createConnection: () => tlsTo(port, ca) })
  const bad = session.request({ ':path': '/bad' })
  await expect(once(bad, 'response')).rejects.toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' })
  const good = session.request({ ':path': '/good' })
  const [head] = (await once(good, 'response')) as [http2.IncomingHttpHeaders]
  expect(head[':status']).toBe(200)
  session.destroy()
})

test('a truncated answer of HTTP/2 gives as many bytes as asked, and then its stream breaks off', async () => {
  const { answerer, preload, ca } = await open()
  answerer.onRequest = (exchange) => void exchange.respond(new Response('x'.repeat(1000)), 10)
  const port = await preload.portFor('api.test', 443)
  const session = http2.connect('https://api.test', { createConnection: () => tlsTo(port, ca) })
  const stream = session.request({ ':path': '/' })
  let bytes = 0
  stream.on('data', (chunk: Buffer) => (bytes += chunk.length))
  const [error] = (await once(stream, 'error')) as [Error]
  expect(error).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' })
  expect(bytes).toBe(10)
  session.destroy()
})

test('a request that is left without an answer ends with the gateway', async () => {
  const { answerer, preload, gateway } = await open()
  const stalled = deferred<void>()
  answerer.onRequest = (exchange) => {
    exchange.stall()
    stalled.resolve()
  }
  const reply = ask(await preload.portFor('api.test', 80)).catch((error: unknown) => error)
  await stalled.promise
  void gateway.close()
  expect(await reply).toMatchObject({ code: 'ECONNRESET' })
})

test('fifty megabytes go in and out no faster than they are read', async () => {
  const { answerer, preload } = await open()
  const chunk = Buffer.alloc(MEGABYTE, 'x')
  const up = new Lag()
  const down = new Lag()
  let pulls = 0
  const source = new ReadableStream({
    pull(controller) {
      if (pulls++ === 50) return controller.close()
      down.given += MEGABYTE
      controller.enqueue(Uint8Array.from(chunk))
    },
  })
  answerer.onRequest = async (exchange) => {
    for await (const part of exchange.request.body ?? []) await up.take((part as Uint8Array).length)
    await exchange.respond(new Response(source))
  }
  const port = await preload.portFor('api.test', 80)
  const request = http.request({ host: '127.0.0.1', port, method: 'POST', agent: false })
  for (let sent = 0; sent < 50; sent++) request.write(chunk, () => (up.given += MEGABYTE))
  request.end()
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  for await (const part of response) await down.take((part as Buffer).length)
  expect([up.taken, down.taken]).toEqual([50 * MEGABYTE, 50 * MEGABYTE])
  // What the system holds on the way is a good deal.
  expect(up.most).toBeLessThan(25 * MEGABYTE)
  expect(down.most).toBeLessThan(25 * MEGABYTE)
})

/** By how much one end is ahead of a slow other. Bytes. */
class Lag {
  given = 0
  taken = 0
  most = 0

  async take(bytes: number): Promise<void> {
    this.taken += bytes
    this.most = Math.max(this.most, this.given - this.taken)
    await turns(1)
  }
}

test('what is let through ends with the gateway', async () => {
  const { answerer, preload, gateway } = await open()
  const asked = deferred<http.IncomingMessage>()
  const server = await serve((request) => asked.resolve(request))
  answerer.onRequest = (exchange) => exchange.forward().catch(() => {})
  const reply = ask(await preload.portFor('127.0.0.1', server.port)).catch((error: unknown) => error)
  const { socket } = await asked.promise
  const ended = once(socket, 'close')
  await gateway.close()
  expect(await reply).toMatchObject({ code: 'ECONNRESET' })
  await ended
})

test('a request that is let through is answered by the real server, as it answers', async () => {
  const { answerer, preload } = await open()
  const seen: unknown[] = []
  const server = await serve((request, response) => {
    seen.push(request.method, request.url, request.headers['x-own'], request.headers['te'])
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      response.writeHead(202, 'Taken', [
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['Trailer', 'X-End'],
      ])
      response.write(`${body} `)
      response.addTrailers({ 'X-End': 'yes' })
      response.end('answered')
    })
  })
  const status = deferred<number>()
  answerer.onRequest = (exchange) => {
    void exchange.request.clone().text()
    void exchange.forward().then(status.resolve)
  }
  const port = await preload.portFor('127.0.0.1', server.port)
  const reply = await ask(port, {
    method: 'PUT',
    path: '/p?q',
    headers: { 'x-own': '1', te: 'trailers' },
    body: 'sent',
  })
  expect(seen).toEqual(['PUT', '/p?q', '1', undefined])
  expect([reply.status, reply.text, reply.body.toString()]).toEqual([202, 'Taken', 'sent answered'])
  expect(reply.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect(reply.trailers['x-end']).toBe('yes')
  expect(await status.promise).toBe(202)
})

test('a request that is let through to nobody rejects, and its connection is reset', async () => {
  const { answerer, preload } = await open()
  const failure = deferred<unknown>()
  answerer.onRequest = (exchange) => void exchange.forward().catch(failure.resolve)
  const closed = await serve(() => {})
  closed.close()
  const port = await preload.portFor('127.0.0.1', closed.port)
  await expect(ask(port)).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(await failure.promise).toMatchObject({ code: 'ECONNREFUSED' })
})
