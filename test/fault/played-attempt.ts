import { FaultPlan } from '../../src/fault/fault-plan.ts'
import type { AttemptFaults } from '../../src/process/fault-source.ts'
import { ManualClock } from '../support/manual-clock.ts'

/** How far an attempt has come, in order. */
export type Stage = 'begun' | 'spawned' | 'welcomed' | 'greeted' | 'ready' | 'disconnected' | 'exited'

const STAGES: readonly Stage[] = ['spawned', 'welcomed', 'greeted', 'ready', 'disconnected', 'exited']

/** A plan for a machine that can do everything, in time that the test moves. */
export function openPlan(limit = 1000): { plan: FaultPlan; clock: ManualClock } {
  const clock = new ManualClock()
  const limits = { ready: limit, patience: limit }
  return {
    clock,
    plan: new FaultPlan(
      clock,
      () => limits,
      () => undefined,
    ),
  }
}

interface PlayedOptions {
  readonly agent?: string
  readonly number?: number
  readonly can?: readonly string[]
  readonly points?: readonly string[]
}

/** An attempt that the test plays by hand: what its process would tell its faults, and what they would tell that. */
export class PlayedAttempt {
  readonly faults: AttemptFaults
  /** What it was told in its welcome. */
  welcome: readonly string[] = []
  /** What it was ordered besides, and what it is to forget. */
  readonly orders: string[] = []
  /** Whether its connection still takes orders. */
  hears = true
  readonly #can: readonly string[]
  readonly #points: readonly string[]

  constructor(plan: FaultPlan, { agent = 'web', number = 1, can, points = [] }: PlayedOptions = {}) {
    this.faults = plan.begin(agent, number)
    this.#can = can ?? ['exit', 'hang', 'neverReady', 'slowStart', 'jumpWallClock', 'noNetwork']
    this.#points = points
  }

  /** One that has come as far as this. */
  static at(stage: Stage, plan: FaultPlan, options: PlayedOptions = {}): PlayedAttempt {
    const attempt = new PlayedAttempt(plan, options)
    for (const one of STAGES.slice(0, STAGES.indexOf(stage) + 1)) attempt.come(one)
    return attempt
  }

  come(stage: Stage): void {
    const { faults } = this
    if (stage === 'spawned') faults.spawned()
    if (stage === 'welcomed') {
      this.welcome = faults.welcome().map(({ id, name, at }) => `${id} ${name} ${JSON.stringify(at)}`)
      faults.connected({
        order: async ({ id, name, options }) => {
          if (this.hears) this.orders.push(`${id} ${name} ${JSON.stringify(options)}`)
          return this.hears
        },
        retract: (id) => this.orders.push(`not ${id}`),
      })
    }
    if (stage === 'greeted') faults.hello(this.#can, this.#points)
    if (stage === 'ready') faults.reach('ready')
    if (stage === 'disconnected') faults.disconnected()
    if (stage === 'exited') faults.exited()
  }
}
