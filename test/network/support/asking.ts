import type { Json } from '../../../src/json.ts'
import type { Delivery } from '../../../src/network/exchange.ts'
import { NetworkAnswerer } from '../../../src/network/network-answerer.ts'
import type { NetworkEvent } from '../../../src/network/network-event.ts'
import type { UnhandledStrategy } from '../../../src/network/ways.ts'
import { OPEN_ROUTER, type Route, type Router } from '../../../src/clock/route.ts'
import { deferred } from '../../../src/wait.ts'
import { ManualClock } from '../../support/manual-clock.ts'

export const URL = 'https://api.example.com/a'
export const OTHER = 'https://other.example/b'

/** Holds what comes until it is released. */
export class Holding implements Router {
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

/** What answers, and what it has told of. */
export function answererOf(options: Options = {}): {
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
export function ask(
  answerer: NetworkAnswerer,
  url = URL,
  method = 'GET',
): { done: Promise<Json>; leave(): void } {
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
export function upgradeFor(
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

/** A process that has shown up. */
export const client = (answerer: NetworkAnswerer) => answerer.introduce({ pid: 7 })
