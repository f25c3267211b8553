import { expect, onTestFinished } from 'vitest'

import { Crashes } from '../../../src/explore/play/crashes.ts'
import { type ExploreOptions, resolveExploration, type Scenario } from '../../../src/explore/exploration.ts'
import { perform } from '../../../src/explore/play/perform.ts'
import { realStage } from '../../../src/explore/play/real-stage.ts'
import type { Schedule } from '../../../src/explore/schedule.ts'
import { simulatedStage } from '../../../src/explore/play/simulated-stage.ts'
import type { Stage } from '../../../src/explore/play/stage.ts'
import type { Rest, Violation } from '../../../src/explore/play/trace.ts'
import { createHarness } from '../../../src/harness/create-harness.ts'
import type { Harness } from '../../../src/harness/harness.ts'

/** What one play was like, in words that are the same in both worlds. */
export interface Told {
  readonly text: string
  readonly hash: string
  readonly rests: readonly Rest[]
  readonly violation: Violation | undefined
  readonly endedAt: number
}

/** Plays a schedule in a simulation and with real processes. Expects both to tell the same, and gives that. */
export async function playBoth<Subject, Agent extends string>(
  options: Partial<ExploreOptions<Subject, Agent>>,
  schedule: Schedule,
  scenario: Scenario<Subject, Agent>,
): Promise<Told> {
  const exploration = resolveExploration('a play', { invariants: [], ...options }, scenario)
  const crashes = Crashes.install()
  onTestFinished(() => crashes.restore())
  const play = async (stage: Stage): Promise<Told> => {
    onTestFinished(() => stage.close())
    const { trace, violation } = await perform(stage, exploration, schedule, crashes)
    const { timeline, rests, endedAt } = trace
    const told = { text: timeline.toString(), hash: timeline.hash(), rests, violation, endedAt }
    await stage.close()
    return told
  }
  const real = await play(realStage(exploration, await openHarness()))
  const simulated = await play(simulatedStage(exploration))
  expect(simulated).toEqual(real)
  return real
}

/** A harness for a play, closed at the end of the test. */
export async function openHarness(): Promise<Harness> {
  const harness = await createHarness({ keepRuntimeDir: 'never' })
  onTestFinished(() => harness.close())
  return harness
}
