import { http, HttpResponse, passthrough } from 'msw'
import { expect, onTestFinished, test, vi } from 'vitest'

import type { Json } from '../../src/json.ts'
import type { Delivery } from '../../src/network/exchange.ts'
import { NetworkAnswerer } from '../../src/network/network-answerer.ts'
import type { NetworkEvent } from '../../src/network/network-event.ts'
import type { UnhandledStrategy } from '../../src/network/ways.ts'
import { OPEN_ROUTER, type Route, type Router } from '../../src/clock/route.ts'
import { deferred } from '../../src/wait.ts'
import { ManualClock } from '../support/manual-clock.ts'

const URL = 'https://api.example.com/a'
const OTHER = 'https://other.example/b'

/** Holds what comes until it is released. */
class Holding implements Router {
  readonly #held: (() => void)[] = []

  route(): Route {
    return { deliver: (event) => this.#held.push(event), close() {} }
  }

  release(): void {
    for (const event of this.#held.splice(0)) event()
  }
}

interface Options {
  readonly onUnhandled?: UnhandledStrategy
  readonly router?: Router
  readonly clock?: ManualClock
  readonly hasEnded?: () => boolean
}

function answererOf(options: Options = {}): {
  answerer: NetworkAnswerer
  events: NetworkEvent[]
} {
  const events: NetworkEvent[] = []
  const answerer = new NetworkAnswerer({
    onUnhandled: options.onUnhandled ?? 'error',
    clock: options.clock ?? new ManualClock(),
    router: options.router ?? OPEN_ROUTER,
    identify: () => ({
      identity: () => ({ agent: 'web', attempt: 2 }),
      label: () => undefined,
      hasEnded: () => options.hasEnded?.() ?? false,
    }),
    observe: (event) => events.push(event),
  })
  return { answerer, events }
}

/** Asks as a child would. `done` resolves with what came back. */
function ask(answerer: NetworkAnswerer, url = URL, method = 'GET'): { done: Promise<Json>; leave(): void } {
  const gone = new AbortController()
  const { promise, resolve } = deferred<Json>()
  let isLast = false
  answerer.request({
    client: answerer.introduce({ pid: 7 }),
    request: new Request(url, { method, signal: gone.signal }),
    place: { host: new globalThis.URL(url).hostname, port: 443 },
    turn: 0,
    onAbort: (listener) => gone.signal.addEventListener('abort', listener),
    endAfter: () => (isLast = true),
    async respond(response, truncateAt): Promise<Delivery> {
      const body = await response.text()
      const { status } = response
      resolve({ status, body, ...(truncateAt !== undefined && { truncateAt }), ...(isLast && { isLast }) })
      return truncateAt !== undefined && truncateAt >= body.length ? 'whole' : 'sent'
    },
    reset: () => resolve('reset'),
    stall: () => resolve('stalled'),
    async forward() {
      resolve('forwarded')
      return 201
    },
  })
  return { done: promise, leave: () => gone.abort() }
}

/** Wants to open a WebSocket as a child would. `ways` is what became of it. */
function upgradeFor(
  answerer: NetworkAnswerer,
  url: string,
): { offer(): void; leave(): void; readonly ways: (string | number)[] } {
  const { promise: aborted, resolve: leave } = deferred<void>()
  const ways: (string | number)[] = []
  const offer = (): void =>
    answerer.upgrade({
      client: answerer.introduce({ pid: 7 }),
      url: new globalThis.URL(url),
      place: { host: 'api.example.com', port: 443 },
      turn: 0,
      headers: new Headers(),
      onListenerError: () => {},
      connection: { client: {}, server: {}, info: { protocols: undefined } },
      aborted,
      accept: () => ways.push('accept'),
      refuse: (status) => ways.push(status),
      reset: () => ways.push('reset'),
      stall: () => ways.push('stall'),
      forward: () => ways.push('forward'),
    })
  return { offer, leave, ways }
}

const client = (answerer: NetworkAnswerer) => answerer.introduce({ pid: 7 })

test('a handler answers, and it is written down who asked', async () => {
  const { answerer, events } = answererOf()
  answerer.handlers.use([http.get(URL, () => HttpResponse.text('hello'))])
  expect(await ask(answerer).done).toEqual({ status: 200, body: 'hello' })
  const [request] = answerer.records.map((record) => record.snapshot())
  expect(request).toMatchObject({
    agent: 'web',
    attempt: 2,
    pid: 7,
    method: 'GET',
    url: URL,
    status: 200,
    aborted: false,
  })
  expect(events).toEqual([
    { kind: 'request', agent: 'web', attempt: 2, method: 'GET', url: URL, outcome: 'answered', status: 200 },
  ])
})

test('what nobody answers is reset, and listed for the test', async () => {
  const { answerer, events } = answererOf()
  expect([await ask(answerer, OTHER).done, await ask(answerer, OTHER).done]).toEqual(['reset', 'reset'])
  expect(answerer.unhandled.error()).toMatchObject({
    code: 'ERR_NETWORK_UNHANDLED',
    unhandled: [{ agent: 'web', attempt: 2, what: `GET ${OTHER}`, count: 2 }],
  })
  expect(events.map((event) => event.kind === 'request' && event.outcome)).toEqual(['unhandled', 'unhandled'])
})

test.each(['warn', 'bypass'] as const)('%s lets what nobody answers through', async (onUnhandled) => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  onTestFinished(() => warn.mockRestore())
  const { answerer, events } = answererOf({ onUnhandled })
  expect(await ask(answerer, OTHER).done).toBe('forwarded')
  await vi.waitFor(() => expect(events).toMatchObject([{ outcome: 'forwarded', status: 201 }]))
  expect(answerer.unhandled.error()).toBeUndefined()
  const warnings = warn.mock.calls.map(([text]) => String(text))
  expect(warnings.filter((text) => text.includes(OTHER))).toHaveLength(onUnhandled === 'warn' ? 1 : 0)
})

test('what is allowed and reaches the gateway is let through', async () => {
  const { answerer } = answererOf()
  answerer.allowed.add('https://other.example')
  expect(await ask(answerer, OTHER).done).toBe('forwarded')
  expect(answerer.unhandled.error()).toBeUndefined()
})

test('a handler can have a request go to the real server', async () => {
  const { answerer } = answererOf()
  answerer.handlers.use([http.get(URL, () => passthrough())])
  expect(await ask(answerer).done).toBe('forwarded')
})

test('a handler that fails makes a status of 500, and its error is kept', async () => {
  const { answerer } = answererOf()
  const error = new TypeError('of the handler')
  answerer.handlers.use([
    http.get(URL, () => {
      throw error
    }),
  ])
  expect(await ask(answerer).done).toMatchObject({ status: 500 })
  expect(answerer.errors).toEqual([error])
})

test('a handler that returns nothing answers nothing: the test is told of it, and asked for a return', async () => {
  const { answerer } = answererOf()
  answerer.handlers.use([http.get(URL, () => void HttpResponse.text('hello'))])
  expect(await ask(answerer).done).toBe('reset')
  const { message } = answerer.unhandled.error(answerer.handlers.names) ?? {}
  expect(message).toContain('is a `return` missing?')
  expect(message).toContain(`There are handlers for GET ${URL}.`)
})

test('a network error of a handler is one', async () => {
  const { answerer, events } = answererOf()
  answerer.handlers.use([http.get(URL, () => HttpResponse.error())])
  expect(await ask(answerer).done).toBe('reset')
  expect(events).toMatchObject([{ outcome: 'failed', status: undefined }])
})

test('faults come before handlers, in their order, and are told of before what they do', async () => {
  const { answerer, events } = answererOf()
  answerer.handlers.use([http.get(URL, () => HttpResponse.text('hello'))])
  answerer.rules.add(URL, { status: 503, body: 'busy', headers: { 'retry-after': '1' }, times: 1 })
  answerer.rules.add(URL, { reset: true, times: 1 })
  answerer.rules.add(URL, { truncateAt: 2, times: 1 })
  answerer.rules.add(URL, { stall: true, times: 1 })
  const heard: Json[] = []
  for (let turn = 0; turn < 5; turn++) heard.push(await ask(answerer).done)
  expect(heard).toEqual([
    { status: 503, body: 'busy' },
    'reset',
    { status: 200, body: 'hello', truncateAt: 2 },
    'stalled',
    { status: 200, body: 'hello' },
  ])
  expect(events.map((event) => (event.kind === 'fault' ? event.fault : event.outcome))).toEqual([
    'network.status',
    'answered',
    'network.reset',
    'failed',
    'network.truncate',
    'answered',
    'network.stall',
    'answered',
  ])
  expect(answerer.records.map(({ faults }) => faults.join())).toEqual([
    'network.status',
    'network.reset',
    'network.truncate',
    'network.stall',
    '',
  ])
  expect(answerer.rules.unfired()).toBeUndefined()
})

test('a delay passes by the clock of the test', async () => {
  const clock = new ManualClock()
  const { answerer } = answererOf({ clock })
  answerer.handlers.use([http.get(URL, () => HttpResponse.text('late'))])
  answerer.rules.add(URL, { delay: 5000 })
  const { done } = ask(answerer)
  clock.moveTo(4999)
  expect(clock.awaits(5000)).toBe(true)
  expect(answerer.records[0]?.outcome).toBeUndefined()
  clock.moveTo(5000)
  expect(await done).toEqual({ status: 200, body: 'late' })
})

test('a child that leaves before it is answered has aborted its request', async () => {
  const { answerer, events } = answererOf()
  answerer.handlers.use([http.get(URL, () => new Promise<Response>(() => {}))])
  ask(answerer).leave()
  expect(answerer.records.map((record) => record.snapshot())).toMatchObject([
    { aborted: true, status: undefined, outcome: 'aborted' },
  ])
  expect(events).toMatchObject([{ outcome: 'aborted' }])
})

test('the request of an agent that has ended is told of with its end, whenever its connection ends', async () => {
  let hasEnded = false
  const { answerer, events } = answererOf({ hasEnded: () => hasEnded })
  answerer.handlers.use([http.get(URL, () => new Promise<Response>(() => {}))])
  const [before, after] = [ask(answerer), ask(answerer)]
  hasEnded = true
  before.leave()
  expect(events).toEqual([])
  answerer.ended('web', 1)
  expect(events).toEqual([])
  answerer.ended('web', 2)
  after.leave()
  expect(events).toMatchObject([{ outcome: 'aborted' }, { outcome: 'aborted' }])
  expect(answerer.records.map(({ aborted }) => aborted)).toEqual([true, true])
})

test('a child that leaves while a fault delays is not answered', async () => {
  const clock = new ManualClock()
  const { answerer } = answererOf({ clock })
  const handler = vi.fn<() => Response>(() => HttpResponse.text('late'))
  answerer.handlers.use([http.get(URL, handler)])
  answerer.rules.add(URL, { delay: 5000 })
  const request = ask(answerer)
  expect(clock.awaits(5000)).toBe(true)
  request.leave()
  await vi.waitFor(() => expect(clock.awaits(5000)).toBe(false))
  clock.moveTo(5000)
  await ask(answerer, OTHER).done
  expect(handler).not.toHaveBeenCalled()
})

test('nobody waits for a delay any more when the test has ended, or the child of a WebSocket has gone', async () => {
  const clock = new ManualClock()
  const { answerer } = answererOf({ clock })
  const [opening, gone] = [
    upgradeFor(answerer, 'wss://api.example.com/a'),
    upgradeFor(answerer, 'wss://b.example/'),
  ]
  answerer.rules.add('*', { delay: 5000, status: 503 })
  answerer.rules.add('https://api.example.com/*', { connect: 'ENOTFOUND', delay: 6000 })
  const connection = answerer.connect(client(answerer), { host: 'api.example.com', port: 443 })
  const lookup = answerer.lookup(client(answerer), 'api.example.com')
  for (const { offer } of [opening, gone]) offer()
  await vi.waitFor(() => expect(clock.pending.size).toBe(4))
  gone.leave()
  await vi.waitFor(() => expect(clock.pending.size).toBe(3))
  answerer.close()
  expect([await connection, await lookup].map(({ to }) => to)).toEqual(['nowhere', 'nowhere'])
  await vi.waitFor(() => expect(clock.pending.size).toBe(0))
  expect([opening.ways, gone.ways]).toEqual([[], []])
  expect(answerer.records.map(({ outcome }) => outcome)).toEqual([undefined, 'aborted'])
})

test.each([
  ['with what it waited for', new DOMException('gone', 'AbortError'), 0],
  ['by itself', new TypeError('of the handler'), 1],
])('a handler that fails %s when the child has left: errors %3$i', async (_how, error, errors) => {
  const { answerer } = answererOf()
  const [called, left] = [deferred<void>(), deferred<void>()]
  answerer.handlers.use([
    http.post(URL, async () => {
      called.resolve()
      await left.promise
      throw error
    }),
    http.get(URL, () => HttpResponse.text('hello')),
  ])
  const request = ask(answerer, URL, 'POST')
  await called.promise
  request.leave()
  left.resolve()
  await ask(answerer).done
  expect(answerer.errors).toHaveLength(errors)
})

test('what children ask for has its turn when the clock gives it', async () => {
  const router = new Holding()
  const { answerer } = answererOf({ router })
  answerer.handlers.use([http.get(URL, () => HttpResponse.text('hello'))])
  const { done } = ask(answerer)
  expect(answerer.records).toHaveLength(0)
  router.release()
  expect(await done).toMatchObject({ status: 200 })
})

test('nothing is told any more once it is closed', async () => {
  const { answerer, events } = answererOf()
  answerer.close()
  await ask(answerer, OTHER).done
  expect(events).toEqual([])
})

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

test('a truncation that leaves nothing out fails the test', async () => {
  const { answerer } = answererOf()
  answerer.handlers.use([http.get(URL, () => HttpResponse.text('hello'))])
  answerer.rules.add(URL, { truncateAt: 5 })
  await ask(answerer).done
  await vi.waitFor(() => expect(answerer.errors).toMatchObject([{ code: 'ERR_FAULT_UNFIRED' }]))
})

test('what waits for an answer is told, with the faults that struck it', async () => {
  const { answerer } = answererOf()
  answerer.rules.add(URL, { stall: true })
  await ask(answerer).done
  expect(answerer.unanswered).toEqual([`web#2: GET ${URL} (network.stall)`])
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

test.each([
  [{ reset: true, times: 1 }, 'reset', 'failed'],
  [{ truncateAt: 3, times: 1 }, 'reset', 'failed'],
  [{ stall: true, times: 1 }, 'stall', undefined],
  [{ status: 503, times: 1 }, 503, 'answered'],
] as const)('a WebSocket that %j strikes is not opened: %s', async (fault, way, outcome) => {
  const { answerer } = answererOf()
  answerer.rules.add('wss://api.example.com/*', fault)
  const opening = upgradeFor(answerer, 'wss://api.example.com/a')
  opening.offer()
  await vi.waitFor(() => expect(opening.ways).toEqual([way]))
  expect(answerer.records).toMatchObject([{ outcome }])
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
