import { holding, stopwatchOf, waitBy } from '../clock/clock.ts'
import type { SuperviseError } from '../errors.ts'
import type { AttemptFaults, FaultLine, SeenMoment } from '../process/fault-source.ts'
import { type Confinement, isConfinement, isWitnessed } from '../process/confinement/index.ts'
import { type Refusal, REFUSALS } from '../process/refusal.ts'
import { type FaultOrder, isAt } from '../protocol/frames.ts'
import { TIMED_OUT, within } from '../real-time.ts'
import { deferred } from '../wait.ts'
import type { Fault } from './fault.ts'
import {
  disconnectedError,
  exitedError,
  failedError,
  knowsPoint,
  readyError,
  unsupportedError,
} from './order-errors.ts'
import type { Order, RecordContext } from './order.ts'
import { confiningRules, type Rule } from './rule.ts'
import type { Point } from './where.ts'

/** How long an agent that lives may take to say hello before it is taken for one that never will. Real ms. */
const HELLO_LIMIT = 2000
/** How much later than the end of its connection the exit of an agent may be heard. Real ms. */
const EXIT_LIMIT = 500

/** One attempt, as far as faults are concerned: how far it has come, what it is to play, and what it has confirmed. */
export class AttemptRecord implements AttemptFaults {
  readonly agent: string
  readonly number: number
  readonly refusal: Refusal | undefined
  readonly confinements: readonly Confinement[]
  /** What it can play; undefined before its hello. */
  can: readonly string[] | undefined
  /** The points besides those of every agent at which it can. */
  points: readonly string[] = []
  /** Why the agent could not play a rule, as it says. */
  readonly failures = new Map<Rule, string>()
  /** The system's answer to a start that failed. */
  failure: string | undefined
  /** Why its start could not be made to fail as ordered. */
  spawnObstacle: string | undefined
  hasExited = false
  isConnected = true
  readonly #context: RecordContext
  readonly #spawnRule: Rule | undefined
  /** What the agent has been ordered and has not confirmed. */
  readonly #orders = new Map<number, Order>()
  /** Rules that came after the welcome: the test waits for their point itself. */
  readonly #watched = new Set<Rule>()
  /** Rules that it was told of, or that are waited for. */
  readonly #known = new Set<Rule>()
  readonly #greeted = deferred<void>()
  readonly #exit = deferred<void>()
  #look = (): void => {}
  #line: FaultLine | undefined
  #exists = false
  #welcomed = false
  /** How long it has been ready, in ms. */
  #readyFor: (() => number) | undefined
  #messages = 0
  #over: AbortController | undefined

  constructor(agent: string, number: number, context: RecordContext) {
    this.agent = agent
    this.number = number
    this.#context = context
    this.#spawnRule = context.rules.find((rule) => rule.place.at === 'spawn' && rule.matches(agent, number))
    this.refusal = this.#spawnRule?.fault.name as Refusal | undefined
    if (this.#spawnRule) this.#known.add(this.#spawnRule)
    this.confinements = confiningRules(context.rules, agent, number).map((rule) => this.#confine(rule))
  }

  /** Whether it lives and can be spoken to, or will be. */
  get isLive(): boolean {
    return this.#exists && !this.hasExited && this.isConnected
  }

  get isReady(): boolean {
    return this.#readyFor !== undefined
  }

  /** Whether it has come to the point of an order that it can play, and has not said what became of that. */
  get owesAnswer(): boolean {
    if (!this.isLive || this.can === undefined) return false
    return [...this.#orders.values()].some(({ rule }) => rule && this.#owes(rule))
  }

  /** Whether nothing that strikes at this point can strike this attempt any more. */
  isPast(at: Point): boolean {
    if (at === 'spawn' || this.failure !== undefined || this.hasExited || !this.isConnected) return true
    // An agent counts its writes from its start on, if it is told to.
    if (at === 'start' || (typeof at === 'object' && 'write' in at)) return this.#welcomed
    if (at === 'ready') return this.isReady
    if ('message' in at) return this.#messages >= at.message
    if ('after' in at) return this.#readyFor !== undefined && this.#readyFor() >= at.after
    return false
  }

  /** Whether it would have had to be started otherwise, or is past the point. */
  isTooLateFor({ fault, place }: Rule): boolean {
    return isConfinement(fault.name) || this.isPast(place.at)
  }

  /** Whether the agent has said what it can play, and that is not among it, or not at this point. */
  lacks(fault: Fault, at?: Point): boolean {
    if (isWitnessed(fault.name) || this.can === undefined) return false
    return !(this.can.includes(fault.name) && knowsPoint(this, at))
  }

  knows(rule: Rule): boolean {
    return this.#known.has(rule)
  }

  /** Takes up a rule that has just been made. */
  watch(rule: Rule): void {
    const { at } = rule.place
    // One that has not been welcomed yet will be told.
    if (isConfinement(rule.fault.name) || !this.#welcomed || this.isPast(at)) return
    this.#watched.add(rule)
    this.#known.add(rule)
    if (this.#readyFor !== undefined && typeof at === 'object' && 'after' in at) {
      this.#strikeIn(rule, at.after - this.#readyFor())
    }
  }

  cancel(rule: Rule): void {
    this.#watched.delete(rule)
    for (const [id, order] of this.#orders) if (order.rule === rule) this.#line?.retract(id)
  }

  /** Has the agent play a fault now. Settles when it has confirmed that, or cannot. @param bounded ends the wait for that */
  async trigger(fault: Fault, bounded: (answer: Promise<void>) => Promise<void>): Promise<void> {
    if (this.can === undefined) await this.#soon(this.#greeted.promise, HELLO_LIMIT)
    if (this.hasExited) throw exitedError(fault, this)
    if (this.can === undefined || this.lacks(fault)) throw unsupportedError(fault, this)
    if (fault.at === 'start' && this.isReady) throw readyError(fault, this)
    const confirmed = deferred<void>()
    confirmed.promise.catch(() => {}) // It may be known before the order is out.
    void this.#order({ fault, confirmed }).then((sent) => sent || this.disconnected())
    await bounded(confirmed.promise)
  }

  confined(look: () => void): void {
    this.#look = look
  }

  /** Has confirmed what the system shows by now. */
  look(): void {
    this.#look()
  }

  spawnFailed(code: string): string | undefined {
    this.failure = code
    const rule = this.#spawnRule
    const { refusal, spawnObstacle } = this
    if (!rule || !refusal || spawnObstacle !== undefined || code !== REFUSALS[refusal]) return undefined
    rule.fired = true
    return rule.fault.name
  }

  cannotRefuse(reason: string): void {
    this.spawnObstacle = reason
  }

  spawned(): void {
    this.#exists = true
  }

  welcome(): FaultOrder[] {
    this.#welcomed = true
    const orders: FaultOrder[] = []
    for (const rule of this.#context.rules) {
      const { at } = rule.place
      if (at === 'spawn' || !rule.matches(this.agent, this.number)) continue
      if (isWitnessed(rule.fault.name) || (isConfinement(rule.fault.name) && !this.knows(rule))) continue
      const id = this.#context.nextOrder()
      const { name, options } = rule.fault
      this.#known.add(rule)
      this.#orders.set(id, { fault: rule.fault, rule })
      orders.push({ id, name, options, at })
    }
    return orders
  }

  connected(line: FaultLine): void {
    this.#line = line
  }

  hello(can: readonly string[], points: readonly string[]): void {
    this.can = can
    this.points = points
    this.#greeted.resolve()
  }

  reach(moment: SeenMoment): void {
    if (moment === 'ready') this.#becomeReady()
    else if ('message' in moment) this.#messages = moment.message
    for (const rule of this.#watched) if (isAt(rule.place.at, moment)) this.#strike(rule)
  }

  fired(id: number): string | undefined {
    const order = this.#orders.get(id)
    if (!order) return undefined
    this.#orders.delete(id)
    if (order.rule) order.rule.fired = true
    order.confirmed?.resolve()
    this.#context.settled.notify()
    return order.fault.name
  }

  failed(id: number, reason: string): void {
    const order = this.#orders.get(id)
    if (!order) return
    this.#orders.delete(id)
    if (order.rule) this.failures.set(order.rule, reason)
    this.#context.settled.notify()
    order.confirmed?.reject(failedError(order.fault, this, reason))
  }

  disconnected(): void {
    this.isConnected = false
    this.#end()
    if (![...this.#orders.values()].some(({ confirmed }) => confirmed)) return
    // If it has died, its exit is heard next, and says more.
    void this.#soon(this.#exit.promise, EXIT_LIMIT).then((outcome) => {
      if (outcome === TIMED_OUT) this.#refuse((fault) => disconnectedError(fault, this))
    })
  }

  exited(): void {
    this.hasExited = true
    this.#end()
    this.#exit.resolve()
    this.#refuse((fault) => exitedError(fault, this))
  }

  #confine(rule: Rule): Confinement {
    const { fault } = rule
    const { name, options } = fault
    this.#known.add(rule)
    if (!isWitnessed(name)) return { name, options }
    const id = this.#context.nextOrder()
    this.#orders.set(id, { fault, rule })
    return { name, options, id }
  }

  /** Waits for what real time brings, if it comes at all. */
  #soon(promise: Promise<void>, limit: number): Promise<void | typeof TIMED_OUT> {
    return holding(this.#context.clock, () => within(promise, limit))
  }

  #becomeReady(): void {
    if (this.#readyFor !== undefined) return
    this.#readyFor = stopwatchOf(this.#context.clock)
    for (const rule of this.#watched) {
      const { at } = rule.place
      if (typeof at === 'object' && 'after' in at) this.#strikeIn(rule, at.after)
    }
    for (const { fault, confirmed } of this.#orders.values()) {
      if (fault.at === 'start') confirmed?.reject(readyError(fault, this))
    }
  }

  #strikeIn(rule: Rule, ms: number): void {
    this.#over ??= new AbortController()
    waitBy(this.#context.clock, ms, this.#over.signal).then(
      () => this.#strike(rule),
      () => {}, // It has not lived so long.
    )
  }

  #strike(rule: Rule): void {
    if (this.#watched.delete(rule)) void this.#order({ fault: rule.fault, rule })
  }

  async #order(order: Order): Promise<boolean> {
    const id = this.#context.nextOrder()
    this.#orders.set(id, order)
    const { name, options } = order.fault
    return (await this.#line?.order({ id, name, options })) ?? false
  }

  #owes({ fault, place: { at }, cancelled }: Rule): boolean {
    // At which write an agent is, and what the system will show, nobody can say.
    if (cancelled || isWitnessed(fault.name) || (typeof at === 'object' && 'write' in at)) return false
    return this.isPast(at) && !this.lacks(fault, at)
  }

  #end(): void {
    this.#line = undefined
    this.#greeted.resolve()
    this.#context.settled.notify()
    this.#over?.abort()
  }

  #refuse(error: (fault: Fault) => SuperviseError): void {
    for (const { fault, confirmed } of this.#orders.values()) confirmed?.reject(error(fault))
  }
}
