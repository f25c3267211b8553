import { leadTo, SuperviseError } from '../errors.ts'
import type { Clock, PatientClock } from '../clock/clock.ts'
import type { Router } from '../clock/route.ts'
import type { Answerer } from './answerer.ts'
import type { Client, Introduction } from './client.ts'
import type { Exchange, Upgrade } from './exchange.ts'
import { type FaultRule, FaultRules } from './fault-rules.ts'
import { Handlers } from './handlers.ts'
import { type Identify, KnownClient } from './known-client.ts'
import type { NetworkEvent, RequestOutcome } from './network-event.ts'
import { Origins } from './origins.ts'
import { RequestRecord } from './request-log.ts'
import { Strikes } from './strikes.ts'
import { nameOfClient, Unhandled } from './unhandled.ts'
import type { Destination, LookupVerdict, Verdict } from './verdict.ts'
import { type UnhandledStrategy, Ways } from './ways.ts'

/** What a network shares with the test it belongs to. */
export interface AnswererContext {
  readonly onUnhandled: UnhandledStrategy
  readonly clock: Clock | PatientClock
  readonly router: Router
  readonly identify: Identify
  /** Told of everything that happens, at the moment when it does. */
  readonly observe: (event: NetworkEvent) => void
}

/** Answers the traffic of one test's children: by its faults first, then by its handlers, else as unhandled. */
export class NetworkAnswerer implements Answerer {
  readonly handlers = new Handlers()
  readonly rules = new FaultRules()
  readonly allowed = new Origins()
  readonly unhandled = new Unhandled()
  /** In the order in which they came. */
  readonly records: RequestRecord[] = []
  /** What handlers have thrown. */
  readonly errors: unknown[] = []
  /** Ends the connections that no request is on. Resolves when that is done. */
  closeIdle: (matches: (destination: Destination) => boolean) => Promise<void> = async () => {}
  readonly #context: AnswererContext
  readonly #strikes: Strikes
  readonly #ways: Ways
  #closed = false

  constructor(context: AnswererContext) {
    this.#context = context
    const { handlers, rules, allowed, unhandled } = this
    this.#strikes = new Strikes(context.clock, (event) => this.#tell(event))
    const { onUnhandled } = context
    this.#ways = new Ways({ handlers, rules, allowed, unhandled, strikes: this.#strikes, onUnhandled })
  }

  /** The requests that wait for an answer at this moment, in words. */
  get unanswered(): string[] {
    return this.records
      .filter(({ outcome }) => outcome === undefined)
      .map(
        ({ client, what, faults }) =>
          `${nameOfClient(client)}: ${what}${faults.length > 0 ? ` (${faults.join(', ')})` : ''}`,
      )
  }

  /** Tells of nothing more, and waits for nothing. */
  close(): void {
    this.#closed = true
    this.#strikes.close()
  }

  introduce(introduction: Introduction): Client {
    return new KnownClient(introduction, this.#context.identify, this.#context.router)
  }

  connect(client: Client, destination: Destination): Promise<Verdict> {
    return this.#ways.connect(client, destination)
  }

  lookup(client: Client, host: string): Promise<LookupVerdict> {
    return this.#ways.lookup(client, host)
  }

  async datagram(client: Client, destination: Destination): Promise<Verdict> {
    return this.#ways.datagram(client, destination)
  }

  request(exchange: Exchange): void {
    const { client, request } = exchange
    const record = new RequestRecord(client, request.method, request.url, request.headers)
    exchange.onAbort(() => this.#abort(record, exchange.turn))
    client.route.deliver(() => {
      this.records.push(record)
      void this.#answer(exchange, record)
    }, exchange.turn)
  }

  upgrade(upgrade: Upgrade): void {
    const { client, url } = upgrade
    const record = new RequestRecord(client, 'GET', url.href, upgrade.headers)
    const gone = new AbortController()
    void upgrade.aborted.then(() => {
      gone.abort()
      this.#abort(record, upgrade.turn)
    })
    client.route.deliver(() => {
      this.records.push(record)
      void this.#open(upgrade, record, gone.signal)
    }, upgrade.turn)
  }

  unintelligible(client: Client, destination: Destination, text: string): void {
    this.#ways.unintelligible(client, destination, text)
  }

  untrusted(client: Client, destination: Destination, reason: string): void {
    this.#ways.untrusted(client, destination, reason)
  }

  /** An agent has ended: what it still waited for has come to nothing. */
  ended(agent: string, attempt: number): void {
    for (const record of this.records) {
      const { client, outcome } = record
      if (outcome !== undefined || client.agent !== agent || client.attempt !== attempt || !client.hasEnded)
        continue
      record.aborted = true
      this.#settle(record, 'aborted')
    }
  }

  /** A connection was open to the end and said nothing. */
  silent(client: Client, destination: Destination): void {
    this.#ways.silent(client, destination)
  }

  async #answer(exchange: Exchange, record: RequestRecord): Promise<void> {
    const { client, request } = exchange
    const { what } = record
    const rule = this.rules.forRequest(request.url)
    if (rule) {
      if (!(await this.#strike(rule, record, request.signal))) return
      if (rule.fault.stall) return exchange.stall()
      if (rule.fault.reset) {
        await this.#endIfDue(exchange)
        exchange.reset()
        return this.#settle(record, 'failed')
      }
      if (rule.fault.status !== undefined) return this.#send(exchange, record, responseOf(rule), rule)
    }
    let isMeant = true
    try {
      const answer = await this.handlers.answer(request)
      isMeant = answer.by !== 'nobody'
      if (answer.by === 'handler') return await this.#send(exchange, record, answer.response, rule)
      const hint = answer.by === 'nobody' && answer.matched ? NO_RESPONSE : ''
      if (!isMeant && !this.#ways.lets(client, what, exchange.place, hint)) {
        exchange.reset()
        return this.#settle(record, 'unhandled')
      }
    } catch (error) {
      // A handler that reads on when the child has gone can do nothing about it.
      if (request.signal.aborted && isAbortError(error)) return
      this.errors.push(error)
      return this.#send(exchange, record, brokenResponse(error), rule)
    }
    await exchange.forward().then(
      (status) => this.#settle(record, 'forwarded', status),
      () => {
        const isListed = !isMeant && !record.aborted && this.#ways.unreached(client, what, exchange.place)
        this.#settle(record, isListed ? 'unhandled' : 'failed')
      },
    )
  }

  async #send(
    exchange: Exchange,
    record: RequestRecord,
    response: Response,
    rule: FaultRule | undefined,
  ): Promise<void> {
    // What `HttpResponse.error()` makes.
    if (response.type === 'error') {
      exchange.reset()
      return this.#settle(record, 'failed')
    }
    this.#settle(record, 'answered', response.status)
    await this.#endIfDue(exchange)
    const delivery = await exchange.respond(response, rule?.fault.truncateAt)
    if (delivery === 'aborted') record.aborted = true
    if (delivery === 'whole' && rule) this.errors.push(untruncated(rule, record))
  }

  /** Where the next connection is to fail, none that is there already may be used. */
  async #endIfDue(exchange: Exchange): Promise<void> {
    // Where a request leads is read from its URL, which few tests need to know.
    const due = this.rules.haveConnections ? this.rules.forConnection(exchange.place) : undefined
    if (!due) return
    exchange.endAfter()
    await this.closeIdle((destination) => due.pattern.mayMean(destination))
  }

  async #open(upgrade: Upgrade, record: RequestRecord, signal: AbortSignal): Promise<void> {
    const { client } = upgrade
    const rule = this.rules.forRequest(record.url)
    if (rule) {
      if (!(await this.#strike(rule, record, signal))) return
      const { status, stall, reset, truncateAt } = rule.fault
      if (stall) return upgrade.stall()
      if (reset || truncateAt !== undefined) {
        upgrade.reset()
        return this.#settle(record, 'failed')
      }
      if (status !== undefined) {
        upgrade.refuse(status)
        return this.#settle(record, 'answered', status)
      }
    }
    upgrade.onListenerError = (error) => this.errors.push(error)
    try {
      if (await this.handlers.connect(upgrade.connection)) {
        upgrade.accept()
        return this.#settle(record, 'answered', 101)
      }
    } catch (error) {
      this.errors.push(error)
      upgrade.refuse(500)
      return this.#settle(record, 'answered', 500)
    }
    if (this.#ways.lets(client, record.what, upgrade.place)) {
      upgrade.forward()
      return this.#settle(record, 'forwarded', 101)
    }
    upgrade.reset()
    this.#settle(record, 'unhandled')
  }

  #strike(rule: FaultRule, record: RequestRecord, signal: AbortSignal): Promise<boolean> {
    const { client, method, url } = record
    record.faults.push(rule.name)
    return this.#strikes.strike(rule, client, { method, url }, signal)
  }

  #abort(record: RequestRecord, turn: number): void {
    record.aborted = true
    const { client } = record
    client.route.deliver(() => {
      // The ends of a process and of its connections come in any order: told is that of the process.
      if (client.attempt === undefined || !client.hasEnded) this.#settle(record, 'aborted')
    }, turn)
  }

  #settle(record: RequestRecord, outcome: RequestOutcome, status?: number): void {
    if (record.outcome !== undefined) return
    record.outcome = outcome
    record.status = status
    const { client, method, url } = record
    this.#tell({
      kind: 'request',
      agent: client.agent,
      attempt: client.attempt,
      method,
      url,
      outcome,
      status,
    })
  }

  #tell(event: NetworkEvent): void {
    if (!this.#closed) this.#context.observe(event)
  }
}

function responseOf({ fault }: FaultRule): Response {
  const { status = 500, headers = {}, body = null } = fault
  return new Response(body, { status, headers })
}

function isAbortError(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || isAbortError(error.cause))
}

const NO_RESPONSE =
  'a handler for it gave no response: is a `return` missing? `return passthrough()` lets it go to the real server'

function untruncated({ name, site, fault }: FaultRule, { what }: RequestRecord): SuperviseError {
  const error = new SuperviseError(
    'ERR_FAULT_UNFIRED',
    `The fault ${name} struck ${what} and changed nothing: the body of the answer has no more than ${fault.truncateAt} bytes. Have ` +
      '`truncateAt` leave out some of it.',
    { fault: name },
  )
  leadTo(error, site)
  return error
}

/** What a handler that throws answers, as in MSW. */
function brokenResponse(error: unknown): Response {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  return Response.json({ name, message }, { status: 500, statusText: 'Unhandled Exception' })
}
