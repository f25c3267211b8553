import { expect, test } from 'vitest'

import { type Fault, fault } from '../../src/fault/fault.ts'
import type { Point } from '../../src/fault/where.ts'
import type { AgentScript } from '../../src/protocol/frames.ts'
import { randomStream } from '../../src/random.ts'
import { supervise } from './supervise.ts'
import { inReality, inSimulation, type Story } from './worlds.ts'

const AGENTS = ['a', 'b', 'c']
const RUNS = 4

const LATER: readonly (() => Fault)[] = [
  () => fault.exit(1),
  () => fault.exit(0),
  () => fault.signal('SIGKILL'),
  () => fault.signal('SIGTERM'),
  () => fault.abort(),
  () => fault.hang(),
  () => fault.freeze(),
  () => fault.silent(),
  () => fault.ignoreSignal(),
  () => fault.slowStop(1000),
  () => fault.exitOnSignal(3),
  () => fault.crashOnSignal(),
  () => fault.partialLine(),
  () => fault.closeOutput(),
  () => fault.splitCharacter(),
]
const STARTING = [() => fault.slowStart(2500), () => fault.neverReady()]
const REFUSED = [() => fault.notFound(), () => fault.notExecutable(), () => fault.nameTooLong()]
const SCRIPTS: readonly AgentScript[] = [
  {},
  { lifetime: 0 },
  { lifetime: 3000, exitCode: 2 },
  { startDelay: 1000, lifetime: 7000 },
  { heartbeat: 2500, stdout: { every: { ms: 4000, text: 'line' } } },
  { onSignal: { SIGTERM: { drain: 1000, exit: 7 } } },
]

/** Three supervisors, their agents, and a dozen faults of them, by chance. */
function storyOf(seed: number): Story {
  const random = randomStream(seed, 'story')
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const faults = Array.from({ length: 12 }, () => {
    const where = { agent: pick(AGENTS), attempts: 1 + Math.floor(random() * RUNS), optional: true }
    const kind = random()
    if (kind < 0.15) return [pick(REFUSED)(), where] as const
    if (kind < 0.3) return [pick(STARTING)(), where] as const
    const at = pick<Point>(['start', 'ready', { after: 500 }, { after: 1000 }, { after: 3000 }])
    return [pick(LATER)(), { ...where, at }] as const
  })
  const scripts = AGENTS.map(() => pick(SCRIPTS))
  return async (stage) => {
    for (const [one, where] of faults) stage.faults.inject(one, where)
    await stage.run(Promise.all(AGENTS.map((id, index) => supervise(stage, id, RUNS, scripts[index]))))
  }
}

test.each(Array.from({ length: 6 }, (_, index) => index))(
  'what three agents go through by chance is the same with real processes, seed %i',
  async (seed) => {
    const [real, simulated] = [await inReality(storyOf(seed)), await inSimulation(storyOf(seed))]
    expect(simulated.toString()).toBe(real.toString())
    expect(simulated.hash()).toBe(real.hash())
  },
)
