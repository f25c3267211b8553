import { http, HttpResponse } from 'msw'
import { expect, onTestFinished, test, vi } from 'vitest'

import { answererOf, ask, client, Holding, URL } from './support/asking.ts'

test.each([
  ['api.example.com', 443, 'gateway'],
  ['anything.example', 5432, 'gateway'],
  ['127.0.0.1', 3000, 'direct'],
  ['localhost', 8080, 'gateway'],
  ['allowed.example', 443, 'direct'],
  ['both.example', 443, 'gateway'],
] as const)('a connection to %s:%i goes: %s', async (host, port, to) => {
  const { answerer } = answererOf()
  answerer.handlers.use([
    http.get('http://localhost:8080/*', () => undefined),
    http.get('https://both.example/a', () => undefined),
    http.get('*/b', () => undefined),
  ])
  answerer.allowed.add('https://allowed.example')
  answerer.allowed.add('https://both.example')
  expect(await answerer.connect(client(answerer), { host, port })).toEqual({ to })
})

test.each([
  ['https://api.example.com/*', 'db.internal', 5432, 'direct'],
  ['https://api.example.com/*', 'api.example.com', 443, 'gateway'],
  ['*/a', 'db.internal', 5432, 'gateway'],
] as const)('with bypass and a handler of %s, %s:%i goes: %s', async (url, host, port, to) => {
  const { answerer } = answererOf({ onUnhandled: 'bypass' })
  answerer.handlers.use([http.get(url, () => undefined)])
  expect(await answerer.connect(client(answerer), { host, port })).toEqual({ to })
})

test('a connection fails as often as it is to', async () => {
  const { answerer, events } = answererOf()
  answerer.rules.add('https://api.example.com/*', { connect: 'ETIMEDOUT', times: 1 })
  const asked = { host: 'api.example.com', port: 443 }
  const first = await answerer.connect(client(answerer), asked)
  const second = await answerer.connect(client(answerer), asked)
  expect([first, second]).toEqual([{ to: 'nowhere', code: 'ETIMEDOUT' }, { to: 'gateway' }])
  expect(events).toEqual([
    {
      kind: 'fault',
      agent: 'web',
      attempt: 2,
      fault: 'network.connect',
      proof: { ...asked, code: 'ETIMEDOUT' },
    },
  ])
})

test('faults of connections wait for those of requests before them, whose last answer ends its connection', async () => {
  const { answerer } = answererOf()
  const asked = { host: 'api.example.com', port: 443 }
  answerer.handlers.use([http.get(URL, () => HttpResponse.text('hello'))])
  answerer.rules.add(URL, { status: 503, times: 2 })
  answerer.rules.add(URL, { connect: 'ECONNREFUSED', times: 1 })
  answerer.rules.add('https://api.example.com/other', { delay: 5 })
  const connect = () => answerer.connect(client(answerer), asked)
  expect(await connect()).toEqual({ to: 'gateway' })
  expect(await ask(answerer).done).toEqual({ status: 503, body: '' })
  expect(await connect()).toEqual({ to: 'gateway' })
  expect(await ask(answerer).done).toEqual({ status: 503, body: '', isLast: true })
  expect(await connect()).toEqual({ to: 'nowhere', code: 'ECONNREFUSED' })
  expect(await connect()).toEqual({ to: 'gateway' })
  expect(await ask(answerer).done).toEqual({ status: 200, body: 'hello' })
})

test('with warn a connection that is none of the handlers is told of once', async () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  onTestFinished(() => warn.mockRestore())
  const { answerer } = answererOf({ onUnhandled: 'warn' })
  for (let i = 0; i < 2; i++) {
    expect(await answerer.connect(client(answerer), { host: 'db.internal', port: 5432 })).toEqual({
      to: 'direct',
    })
  }
  expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
    expect.stringContaining('a connection to db.internal:5432'),
  ])
})

test('which of several children a fault of connections strikes is decided in their order', async () => {
  const router = new Holding()
  const { answerer } = answererOf({ router })
  answerer.rules.add('https://api.example.com/*', { connect: 'ECONNREFUSED', times: 1 })
  const asked = { host: 'api.example.com', port: 443 }
  const verdicts = [client(answerer), client(answerer)].map((each) => answerer.connect(each, asked))
  expect(answerer.rules.unfired()).toBeDefined()
  router.release()
  expect((await Promise.all(verdicts)).map(({ to }) => to)).toEqual(['nowhere', 'gateway'])
})

test('an origin of this machine that a fault has named stays so when the fault is over', async () => {
  const { answerer } = answererOf()
  answerer.rules.add('http://127.0.0.1:3000/*', { status: 503, times: 1 })
  const asked = { host: '127.0.0.1', port: 3000 }
  expect(await answerer.connect(client(answerer), asked)).toEqual({ to: 'gateway' })
  await ask(answerer, 'http://127.0.0.1:3000/a').done
  expect(await answerer.connect(client(answerer), asked)).toEqual({ to: 'gateway' })
})

test('a name that a handler means has an address, which leads back to it; another one is not found', async () => {
  const { answerer } = answererOf()
  answerer.handlers.use([
    http.get('http://localhost:8080/*', () => undefined),
    http.get(URL, () => undefined),
  ])
  answerer.rules.add('https://gone.example/*', { connect: 'ENOTFOUND' })
  const asker = client(answerer)
  expect(await answerer.lookup(asker, 'api.example.com')).toEqual({ to: 'gateway', address: '198.18.0.1' })
  expect(await answerer.lookup(asker, 'gone.example')).toEqual({ to: 'nowhere', code: 'ENOTFOUND' })
  expect(await answerer.lookup(asker, 'unknown.example')).toEqual({ to: 'nowhere', code: 'ENOTFOUND' })
  answerer.allowed.add('https://api.example.com')
  expect(await answerer.connect(asker, { host: '198.18.0.1', port: 25 })).toEqual({ to: 'gateway' })
  expect(await answerer.lookup(asker, 'api.example.com')).toEqual({ to: 'direct' })
  expect(answerer.unhandled.error()).toMatchObject({ unhandled: [{ what: 'lookup of unknown.example' }] })
})

test('datagrams go to this machine and to what is allowed', async () => {
  const { answerer } = answererOf()
  answerer.allowed.add('udp://statsd.internal:8125')
  const asker = client(answerer)
  const verdicts = await Promise.all(
    ['127.0.0.1', 'statsd.internal', '8.8.8.8'].map((host) => answerer.datagram(asker, { host, port: 8125 })),
  )
  expect(verdicts).toEqual([{ to: 'direct' }, { to: 'direct' }, { to: 'nowhere', code: 'ECONNREFUSED' }])
  expect(answerer.unhandled.error()).toMatchObject({ unhandled: [{ what: 'udp 8.8.8.8:8125' }] })
})

test('a client that does not trust the test is listed, and one that just goes is not', () => {
  const { answerer } = answererOf()
  const asker = client(answerer)
  answerer.untrusted(asker, { host: 'api.example.com', port: 443 }, 'read ECONNRESET')
  answerer.untrusted(asker, { host: 'api.example.com', port: 443 }, 'tlsv1 alert unknown ca')
  expect(answerer.unhandled.error()).toMatchObject({
    unhandled: [{ what: 'tls api.example.com:443', count: 1 }],
  })
})

test('connections that say nothing, or nothing of HTTP, are listed with what is known of them', () => {
  const { answerer } = answererOf()
  answerer.handlers.use([http.get(URL, () => undefined)])
  const asker = client(answerer)
  answerer.silent(asker, { host: 'mail.example', port: 25 })
  answerer.silent(asker, { host: 'api.example.com', port: 443 })
  answerer.unintelligible(asker, { host: '2001:db8::1', port: 25 }, 'EHLO')
  expect(answerer.unhandled.error()?.message).toContain('web#2: tcp mail.example:25: it sent nothing')
  expect(answerer.unhandled.error()?.message).toContain('tcp [2001:db8::1]:25: it began with "EHLO"')
  expect(answerer.unhandled.error()).toMatchObject({ unhandled: { length: 2 } })
})
