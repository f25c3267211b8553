import { fault } from '../../fault/fault.ts'
import { type Check, unlessAny, unlessDeclared, unlessRestarting } from '../check.ts'
import type { Trial } from '../trial.ts'
import { demand } from '../verdict.ts'

/** How long the program may have been up beyond `resetAfter`, so that it has been up for it on every machine. ms */
const BEYOND = { real: 250, virtual: 1000 }

/** By how much a delay may seem shorter, since its exit is heard of later than its start on a busy machine. ms of real time */
const LATENCY = 50

/** How long it waits, and when it gives up. */
export const pacingChecks: readonly Check[] = [
  {
    name: 'delays-as-declared',
    title: 'waits between crashes as it declares',
    unless: unlessAny(unlessRestarting, unlessDeclared('delays')),
    async run(trial) {
      const { delays = [] } = trial.facts
      trial.inject(fault.exit(1), { attempts: [1, Math.max(1, delays.length)] })
      await trial.start({ policy: trial.policy })
      await trial.ready(delays.length + 1)
      await demandDelays(trial, delays)
    },
  },
  {
    name: 'delay-resets-after-uptime',
    title: 'begins anew with the first delay when the program has been up for `resetAfter`',
    unless: unlessAny(unlessRestarting, unlessDeclared('delays', 'resetAfter'), ({ delays = [] }) =>
      delays[0] === delays[1] ? 'its first two delays are the same' : undefined,
    ),
    async run(trial) {
      const { delays: [first = 0] = [], resetAfter = 0 } = trial.facts
      const uptime = resetAfter + (trial.pace.virtual ? BEYOND.virtual : BEYOND.real)
      trial.inject(fault.exit(1), { attempts: 1 })
      trial.inject(fault.exit(1), { attempts: 2, at: { after: uptime } })
      await trial.start({ policy: trial.policy })
      await trial.ready(3, uptime)
      await demandDelays(trial, [first, first])
    },
  },
  {
    name: 'gives-up-at-the-limit',
    title: 'restarts as often as it declares, and then no more',
    unless: unlessAny(unlessRestarting, unlessDeclared('maxRestarts')),
    async run(trial) {
      const starts = (trial.facts.maxRestarts ?? 0) + 1
      trial.inject(fault.exit(1), { attempts: 'every' })
      await trial.start({ policy: trial.policy })
      await trial.gone(starts, `${starts} starts, each of which fails`)
      await trial.noMoreStartsThan(starts, `${starts} starts`)
    },
  },
]

/** Demands delays that are not shorter than these, and not much longer. */
async function demandDelays(trial: Trial, declared: readonly number[]): Promise<void> {
  const measured = trial.delays.slice(0, declared.length)
  const tolerance = trial.tolerance + 2 * (await trial.startUp())
  const latency = trial.pace.virtual ? 0 : LATENCY
  const text = (values: readonly number[]): string => `[${values.map(Math.round).join(', ')}] ms`
  const wrong = declared.flatMap((delay, at) => {
    const seen = measured[at] ?? NaN
    if (!(seen >= delay - latency)) return [`delay ${at + 1} was shorter`]
    return seen <= delay + tolerance ? [] : [`delay ${at + 1} was longer`]
  })
  demand(
    wrong.length === 0,
    `delays of ${text(declared)}`,
    wrong.join(', '),
    `measured ${text(measured)}, tolerance ${Math.round(tolerance)} ms`,
  )
}
