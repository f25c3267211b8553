import { DEFAULT_PATIENCE } from '../clock/clock-options.ts'
import { type Clock, holding } from '../clock/clock.ts'
import { siteOf } from '../clock/call-site.ts'
import { SuperviseError } from '../errors.ts'
import { checkOptions } from '../option-checks.ts'
import { type Confinement, isConfinement } from '../process/confinement/index.ts'
import type { AttemptFaults, FaultSource } from '../process/fault-source.ts'
import { within } from '../real-time.ts'
import { Notifier } from '../wait.ts'
import { answered, type AnswerLimits } from './answer.ts'
import { AttemptRecord } from './attempt-record.ts'
import { silentError, tooLateError, unsupportedError } from './order-errors.ts'
import type { Fault } from './fault.ts'
import { confiningRules, Rule } from './rule.ts'
import { refusalByMachine } from './support.ts'
import { unfiredError } from './unfired.ts'
import { assertFault, resolveWhere, type Where } from './where.ts'

/** How long an agent may take to answer an order. Real ms. */
const ANSWER_LIMIT = 1000

/** A fault that was injected. */
export interface Injection {
  /** Whether it has happened at least once: the agent has confirmed it, or the system has refused the start. */
  readonly fired: boolean
  /** Has it strike no more. What has been confirmed stays; the test does not fail for want of it. Idempotent. */
  cancel(): void
}

/** Which faults strike the agents of a test, and when. A fault that never fires fails the test. */
export class FaultPlan implements FaultSource {
  readonly #clock: Clock
  readonly #limits: () => AnswerLimits
  readonly #refusalOf: (fault: Fault) => SuperviseError | undefined
  readonly #rules: Rule[] = []
  readonly #attempts = new Map<string, AttemptRecord[]>()
  readonly #listeners: (() => void)[] = []
  readonly #settled = new Notifier()
  #orders = 0
  #skipped = false
  /**
   * @internal Told of a fault that this machine cannot do, before it is refused: ends the test by throwing, and not as a
   * failure.
   */
  onUnavailable: ((error: SuperviseError) => void) | undefined

  /**
   * @internal Plans come from the fixture `faults` and from harnesses.
   * @param limits how long agents may take to answer what is triggered. Default: 5 s, 20 s in virtual time
   * @param refusalOf why a fault cannot happen here at all. Default: for what this machine lacks
   */
  constructor(
    clock: Clock,
    limits: () => AnswerLimits = () => ({ ready: 5000, patience: DEFAULT_PATIENCE }),
    refusalOf = refusalByMachine,
  ) {
    this.#refusalOf = refusalOf
    this.#clock = clock
    this.#limits = limits
  }

  /**
   * Has a fault strike by itself, once in each attempt that `where` names: by default in attempt 1 of every agent, at the
   * fault's own point. Faults at one point strike in the order of injection; of those at `'spawn'` the first one does.
   *
   * Throws `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID` for what cannot be meant, `ERR_FAULT_UNAVAILABLE` for what this
   * machine cannot do, `ERR_FAULT_TOO_LATE` when all attempts named by number are past the point, and `ERR_FAULT_UNSUPPORTED`
   * for what a live agent says that it cannot play. The test fails at its end with `ERR_FAULT_UNFIRED` or
   * `ERR_FAULT_UNSUPPORTED` if the fault never happened.
   */
  inject(fault: Fault, where?: Where): Injection {
    const place = resolveWhere(fault, where)
    const rule = new Rule(fault, place, place.optional ? undefined : siteOf(this.inject))
    this.#assertAvailable(fault)
    this.#assertInTime(rule)
    const live = this.#live.filter((record) => rule.matches(record.agent, record.number))
    const { at } = rule.place
    const unable =
      isConfinement(fault.name) || at === 'spawn' ? undefined : live.find((record) => record.lacks(fault, at))
    if (unable && live.every((record) => record.lacks(fault, at))) throw unsupportedError(fault, unable)
    this.#rules.push(rule)
    this.#changed()
    for (const record of live) record.watch(rule)
    return new Injected(rule, () => {
      for (const record of this.#records) record.cancel(rule)
      this.#changed()
    })
  }

  /**
   * Has the live agents of this id, by default the only live one, play a fault now. Resolves when they have confirmed it.
   * Rejects with `ERR_FAULT_UNAVAILABLE` for what this machine cannot do, with `ERR_FAULT_UNSUPPORTED` when an agent cannot
   * play it, with `ERR_FAULT_TOO_LATE` when it delays ready and the agent is ready, with `ERR_AGENT_EXITED` or
   * `ERR_AGENT_CLOSED` when the agent ends, or hangs up, without confirming, with `ERR_FAULT_UNFIRED` when it lives and has not
   * confirmed within 5 s, less in a shorter test (under `clock` when nobody has moved time for as long as that waits for
   * processes), and with `ERR_AGENT_UNKNOWN`, `ERR_AGENT_CLOSED` or `ERR_OPTION_INVALID` when it is not clear which live agent is
   * meant.
   */
  async trigger(fault: Fault, options: { agent?: string } = {}): Promise<void> {
    assertFault(fault, 'faults.trigger')
    checkOptions('faults.trigger', options, {
      agent: (value) => (typeof value === 'string' ? undefined : 'the id of an agent'),
    })
    if (fault.at === 'spawn' || isConfinement(fault.name)) {
      throw new SuperviseError(
        'ERR_FAULT_UNSUPPORTED',
        `The fault ${fault.text} cannot be triggered: ${fault.at === 'spawn' ? 'it makes a start fail' : 'the start of the agent is made ready for it'}. ` +
          'Use `faults.inject` before that start.',
        { fault: fault.text },
      )
    }
    this.#assertAvailable(fault)
    const targets = this.#targets(fault, options.agent)
    await Promise.all(
      targets.map((record) =>
        record.trigger(fault, (answer) =>
          answered(answer, this.#clock, this.#limits, (ms) => silentError(fault, record, ms)),
        ),
      ),
    )
  }

  /** @internal An attempt begins. */
  begin(agent: string, attempt: number): AttemptFaults {
    const rules = this.#rules
    const record = new AttemptRecord(agent, attempt, {
      rules,
      clock: this.#clock,
      settled: this.#settled,
      nextOrder: () => ++this.#orders,
    })
    const records = this.#attempts.get(agent)
    if (records) records.push(record)
    else this.#attempts.set(agent, [record])
    return record
  }

  /** @internal What the start of this attempt, which has not begun, would have to be made ready for. */
  upcoming(agent: string, attempt: number): readonly Confinement[] {
    return confiningRules(this.#rules, agent, attempt).map(({ fault: { name, options } }) => ({
      name,
      options,
    }))
  }

  /** @internal Has `listener` called whenever that may have changed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /**
   * @internal Waits until the agents have answered the orders whose points they have come to: all agents, or one attempt of
   * one. Not for long: one that never answers is told of at the end.
   */
  async settle(agent?: string, attempt?: number): Promise<void> {
    const over = new AbortController()
    const isAsked = (record: AttemptRecord): boolean =>
      (agent === undefined || record.agent === agent) && (attempt === undefined || record.number === attempt)
    const settled = async (): Promise<void> => {
      while (this.#live.some((record) => isAsked(record) && record.owesAnswer)) {
        await this.#settled.wait(over.signal)
      }
    }
    await holding(this.#clock, () => within(settled(), ANSWER_LIMIT))
    over.abort()
  }

  /** @internal The error of the faults that have not fired by now, if there are any. */
  unfired(): SuperviseError | undefined {
    for (const record of this.#records) record.look()
    return this.#skipped ? undefined : unfiredError(this.#rules, this.#attempts)
  }

  get #live(): AttemptRecord[] {
    return this.#records.filter((record) => record.isLive)
  }

  get #records(): AttemptRecord[] {
    return [...this.#attempts.values()].flat()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  #targets(fault: Fault, agent: string | undefined): AttemptRecord[] {
    const live = this.#live
    const ids = [...new Set(live.map((record) => record.agent))]
    const targets = agent === undefined ? live : live.filter((record) => record.agent === agent)
    const list = ids.map((id) => `"${id}"`).join(', ')
    if (agent === undefined && ids.length > 1) {
      throw new SuperviseError(
        'ERR_OPTION_INVALID',
        `faults.trigger(${fault.text}) does not say which agent is to play it: ${list} live. Name one: ` +
          `\`{ agent: '${ids[0]}' }\`.`,
        { option: 'agent', agents: ids },
      )
    }
    if (targets.length > 0) return targets
    const known = agent === undefined ? this.#attempts.size > 0 : this.#attempts.has(agent)
    const who = agent === undefined ? 'No agent' : `No agent "${agent}"`
    const others = ids.length > 0 ? ` ${list} live.` : ''
    throw new SuperviseError(
      known ? 'ERR_AGENT_CLOSED' : 'ERR_AGENT_UNKNOWN',
      `${who} lives and can be ordered the fault ${fault.text}: ` +
        `${known ? 'it has exited, or ended its control connection' : 'none was started'}.${others}`,
      { fault: fault.text, agent },
    )
  }

  #assertAvailable(fault: Fault): void {
    const error = this.#refusalOf(fault)
    if (!error) return
    this.#skipped = this.onUnavailable !== undefined
    this.onUnavailable?.(error)
    throw error
  }

  #assertInTime(rule: Rule): void {
    const { range } = rule
    const named = [...this.#attempts].filter(([agent]) => rule.names(agent))
    const [one] = named
    if (!range || !one) return
    const [first, last] = range
    const isPast = ([, records]: [string, AttemptRecord[]]): boolean =>
      records.length >= last && records.slice(first - 1, last).every((record) => record.isTooLateFor(rule))
    if (!named.every(isPast)) return
    const [agent, records] = one
    throw tooLateError(rule, agent, records[last - 1])
  }
}

/** A class: what has a getter of its own has a shape of its own, which is collected late. */
class Injected implements Injection {
  readonly cancel: () => void
  readonly #rule: Rule

  constructor(rule: Rule, cancelled: () => void) {
    this.#rule = rule
    this.cancel = () => {
      rule.cancelled = true
      cancelled()
    }
  }

  get fired(): boolean {
    return this.#rule.fired
  }
}
