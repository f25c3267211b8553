import { http, HttpResponse, passthrough } from 'msw'
import { expect, onTestFinished, test, vi } from 'vitest'

import type { Json } from '../../src/json.ts'
import { deferred } from '../../src/wait.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { answererOf, ask, client, Holding, OTHER, upgradeFor, URL } from './support/asking.ts'

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
])('a handler that fails %s when the child has left', async (_how, error, errors) => {
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
