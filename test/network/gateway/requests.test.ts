import { once } from 'node:events'
import http2 from 'node:http2'
import net from 'node:net'
import tls from 'node:tls'

import { expect, test } from 'vitest'

import type { Exchange } from '../../../src/network/exchange.ts'
import { deferred } from '../../../src/wait.ts'
import { ask, open, raw, tlsTo } from '../support/gateway.ts'

const HEAD = (line: string): string => `${line}\r\nHost: api.test\r\nConnection: close\r\n\r\n`

test('a request reaches its answerer with its URL, its headers and its body', async () => {
  const { answerer, preload } = await open()
  const seen: unknown[] = []
  answerer.onRequest = async (exchange) => {
    const { request, client } = exchange
    seen.push(request.url, request.method, request.headers.get('x-list'), await request.text(), client.pid)
    await exchange.respond(new Response('done', { status: 201, statusText: 'Made It' }))
  }
  const port = await preload.portFor('api.test', 80)
  const reply = await ask(port, {
    path: '/a?b=c',
    method: 'POST',
    headers: { host: 'api.test', 'x-list': ['one', 'two'] },
    body: 'what is sent',
  })
  expect(seen).toEqual(['http://api.test/a?b=c', 'POST', 'one, two', 'what is sent', 1])
  expect([reply.status, reply.text, reply.body.toString()]).toEqual([201, 'Made It', 'done'])
  expect(reply.headers['content-length']).toBe('4')
  expect(reply.headers.date).toBeUndefined()
})

test('a clone has the body and the headers of its request, and there is none of a request that was read', async () => {
  const { answerer, preload } = await open()
  const seen: unknown[] = []
  answerer.onRequest = async (exchange) => {
    const { request } = exchange
    request.headers.set('x-set', 'before')
    const clone = request.clone()
    request.headers.set('x-set', 'after')
    expect(clone).toBeInstanceOf(Request)
    seen.push(clone.method, clone.headers.get('x-set'), clone.redirect)
    seen.push(await request.text(), await clone.clone().text(), await clone.text())
    const again = Promise.resolve().then(() => request.clone())
    seen.push(await again.then(() => 'a clone', String))
    await exchange.respond(new Response('done'))
  }
  const put = (body: string, headers = `Content-Length: ${body.length}`): string =>
    `PUT / HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n${body}`
  const socket = net.connect(await preload.portFor('api.test', 80), '127.0.0.1')
  const chunked = put('2\r\nhi\r\n0\r\n\r\n', 'Transfer-Encoding: chunked')
  for (const text of [put('first'), put('second'), chunked, 'DELETE / HTTP/1.1\r\nHost: a\r\n\r\n']) {
    socket.write(text)
    await once(socket, 'data')
  }
  socket.destroy()
  const refused = expect.stringContaining('TypeError') as unknown
  const expected = ['first', 'second', 'hi'].flatMap((text) => [
    'PUT',
    'before',
    'manual',
    text,
    text,
    text,
    refused,
  ])
  expect(seen).toEqual([...expected, 'DELETE', 'before', 'manual', '', '', '', 'a clone'])
})

test('a request without a host is for where its connection wanted to go', async () => {
  const { answerer, preload } = await open()
  const urls: string[] = []
  answerer.onRequest = (exchange) => {
    urls.push(exchange.request.url)
    void exchange.respond(new Response(null))
  }
  await raw(await preload.portFor('api.test', 8080), 'GET /x HTTP/1.0\r\n\r\n')
  await raw(await preload.portFor('::1', 8080), 'GET /x HTTP/1.0\r\n\r\n')
  expect(urls).toEqual(['http://api.test:8080/x', 'http://[::1]:8080/x'])
})

test('TLS is spoken with the name that the client asks for, and its requests are https', async () => {
  const { answerer, preload, ca } = await open()
  answerer.onRequest = (exchange) => void exchange.respond(new Response(exchange.request.url))
  const port = await preload.portFor('10.0.0.1', 443)
  const reply = await ask(port, { ca, servername: 'api.test', headers: { host: 'api.test' } })
  expect(reply.body.toString()).toBe('https://api.test/')
  const numbered = await ask(port, { ca, servername: '', checkServerIdentity: () => undefined } as object)
  expect(numbered.body.toString()).toMatch(/^https:\/\/127\.0\.0\.1:/)
})

test('a handshake that fails is told of with the reason', async () => {
  const { answerer, preload } = await open()
  const port = await preload.portFor('api.test', 443)
  // The certificates here are of elliptic curves.
  const ciphers = 'ECDHE-RSA-AES128-GCM-SHA256'
  const client = tls.connect({ port, host: '127.0.0.1', maxVersion: 'TLSv1.2', ciphers })
  client.on('error', () => {})
  await expect(once(client, 'secureConnect')).rejects.toThrow(/handshake failure|EPROTO/i)
  await expect.poll(() => answerer.distrust).toEqual([expect.stringMatching(/no shared cipher/)])
})

test('HTTP/2 is spoken over TLS and without, many requests at once', async () => {
  const { answerer, preload, ca } = await open()
  answerer.onRequest = async (exchange) => {
    const { url, headers } = exchange.request
    const head = new Headers([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ])
    await exchange.respond(
      new Response(`${url} ${headers.get('x-of')} ${await exchange.request.text()}`, { headers: head }),
    )
  }
  for (const [scheme, number] of [
    ['http', 80],
    ['https', 443],
  ] as const) {
    const port = await preload.portFor('api.test', number)
    const session = http2.connect(`${scheme}://api.test`, {
      ca,
      createConnection: () => {
        if (scheme === 'http') return net.connect(port, '127.0.0.1')
        return tlsTo(port, ca)
      },
    })
    const texts = await Promise.all(
      ['1', '2', '3'].map(async (of) => {
        const stream = session.request({ ':path': '/p', ':method': 'POST', 'x-of': of })
        stream.end('sent')
        const [head] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
        expect([head['set-cookie'], head.date]).toEqual([['a=1', 'b=2'], undefined])
        stream.setEncoding('utf8')
        let text = ''
        for await (const part of stream) text += part
        return text
      }),
    )
    session.close()
    expect(texts).toEqual(['1', '2', '3'].map((of) => `${scheme}://api.test/p ${of} sent`))
  }
})

test('what is neither TLS nor HTTP is told of with how it begins, and its connection reset', async () => {
  const { answerer, preload } = await open()
  const port = await preload.portFor('db.test', 6379)
  for (const text of ['*1\r\n$4\r\nPING\r\n', 'PING\r\n', 'EHLO me\r\n']) {
    await expect(raw(port, text)).rejects.toMatchObject({ code: 'ECONNRESET' })
  }
  expect(answerer.garbage).toEqual(['*1\r\n$4\r\nPING\r\n', 'PING\r\n', 'EHLO me\r\n'])
})

test('requests that none can be made of are refused by the gateway', async () => {
  const { answerer, preload } = await open()
  const port = await preload.portFor('api.test', 80)
  const requests: Exchange[] = []
  answerer.onRequest = (exchange) => void requests.push(exchange)
  expect(await raw(port, HEAD('TRACE / HTTP/1.1'))).toMatch(/^HTTP\/1\.1 501 /)
  expect(await raw(port, HEAD('CONNECT a:1 HTTP/1.1'))).toMatch(/^HTTP\/1\.1 501 /)
  expect(await raw(port, 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 400 /,
  )
  expect(await raw(port, 'GET / HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 400 /,
  )
  expect(requests).toEqual([])
  expect(answerer.garbage).toHaveLength(4)
})

test('a connection that says nothing is listed as silent until it speaks', async () => {
  const { gateway, preload } = await open()
  const port = await preload.portFor('smtp.test', 25)
  const socket = net.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  await expect.poll(() => gateway.silent()).toHaveLength(1)
  expect(gateway.silent()[0]?.destination).toEqual({ host: 'smtp.test', port: 25 })
  socket.write(HEAD('GET / HTTP/1.1'))
  await once(socket, 'data')
  expect(gateway.silent()).toEqual([])
  socket.destroy()
})

test('100-continue, pipelining, HTTP/1.0, an offer of h2c and Connection: close work', async () => {
  const { answerer, preload } = await open()
  answerer.onRequest = async (exchange) => {
    await exchange.respond(new Response(`${exchange.request.url} ${await exchange.request.text()}\n`))
  }
  const port = await preload.portFor('api.test', 80)
  const expecting =
    'POST / HTTP/1.1\r\nHost: api.test\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi'
  expect(await raw(port, expecting)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK.*\/ hi\n$/s)
  const pipelined = await raw(port, 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n' + HEAD('GET /2 HTTP/1.1'))
  expect(pipelined.match(/http:\S+/g)).toEqual(['http://a/1', 'http://api.test/2'])
  expect(await raw(port, 'GET /old HTTP/1.0\r\nHost: a\r\n\r\n')).toMatch(
    /Connection: close\r\n\r\nhttp:\/\/a\/old \n$/,
  )
  const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'
  for (const body of [
    'Content-Length: 2\r\n\r\nhi',
    'Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
  ]) {
    const offered = `POST /1 HTTP/1.1\r\nHost: a\r\n${offer}${body}${HEAD('GET /2 HTTP/1.1')}`
    expect((await raw(port, offered)).match(/http:.*/g)).toEqual(['http://a/1 hi', 'http://api.test/2 '])
  }
})

test('the body of a GET is dropped, and one that nobody reads does not hold up what follows', async () => {
  const { preload } = await open()
  const port = await preload.portFor('api.test', 80)
  const body = 'x'.repeat(1_000_000)
  const text = await raw(
    port,
    `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}` +
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}${HEAD('GET / HTTP/1.1')}`,
  )
  expect(text.match(/hello/g)).toHaveLength(3)
})

test.each([
  { by: 'HTTP/1', secure: false },
  { by: 'HTTP/1 over TLS', secure: true },
  { by: 'HTTP/2', secure: false },
  { by: 'HTTP/2 over TLS', secure: true },
])(
  'the signal of a request by $by aborts when its client goes before the answer was complete',
  async ({ by, secure }) => {
    const { answerer, preload, ca } = await open()
    const aborted = deferred<void>()
    const delivery = deferred<string>()
    answerer.onRequest = (exchange) => {
      expect(exchange.request.signal.aborted).toBe(false)
      exchange.request
        .clone()
        .clone()
        .signal.addEventListener('abort', () => {
          expect(exchange.request.clone().signal.aborted).toBe(true)
          aborted.resolve()
          void exchange.respond(new Response('late')).then(delivery.resolve)
        })
      tcp.destroy()
    }
    // Without a goodbye: as a process that is killed goes.
    const tcp = net.connect(await preload.portFor('api.test', secure ? 443 : 80), '127.0.0.1')
    const protocol = by.startsWith('HTTP/2') ? 'h2' : 'http/1.1'
    const socket = secure
      ? tls.connect({ socket: tcp, ca, servername: 'api.test', ALPNProtocols: [protocol] })
      : tcp
    socket.on('error', () => {})
    if (secure) await once(socket, 'secureConnect')
    if (protocol === 'http/1.1') socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    else {
      const session = http2.connect('http://api.test', { createConnection: () => socket })
      session.on('error', () => {})
      session.request().on('error', () => {})
    }
    await aborted.promise
    expect(await delivery.promise).toBe('aborted')
  },
)

test.each(['HTTP/1', 'HTTP/2'])(
  'who reads the body of a request of %s when its client goes knows that from the signal and the error',
  async (protocol) => {
    const { answerer, preload } = await open()
    const socket = net.connect(await preload.portFor('api.test', 80), '127.0.0.1')
    const read = deferred<[boolean, unknown]>()
    answerer.onRequest = async ({ request }) => {
      const reading = request.clone().text()
      socket.destroy()
      const error: unknown = await reading.catch((cause: unknown) => cause)
      read.resolve([request.signal.aborted, error])
    }
    if (protocol === 'HTTP/1') socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhello')
    else {
      const session = http2.connect('http://api.test', { createConnection: () => socket })
      session.on('error', () => {})
      session
        .request({ ':method': 'POST' })
        .on('error', () => {})
        .write('hello')
    }
    expect(await read.promise).toEqual([true, expect.objectContaining({ name: 'AbortError' })])
  },
)
