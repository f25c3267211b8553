import { buildAgentForTest } from '../../../src/build/build-agent.ts'
import { Crashes } from '../../../src/explore/play/crashes.ts'
import { type Exploration, resolveExploration } from '../../../src/explore/exploration.ts'
import { perform } from '../../../src/explore/play/perform.ts'
import { realStage } from '../../../src/explore/play/real-stage.ts'
import type { Schedule } from '../../../src/explore/schedule.ts'
import { simulatedStage } from '../../../src/explore/play/simulated-stage.ts'
import type { Stage } from '../../../src/explore/play/stage.ts'
import { Harness } from '../../../src/harness/harness.ts'
import { Run } from '../../../src/reap/run.ts'
import { resolveOptions } from '../../../src/resolve-options.ts'
import type { Drawn } from './draw.ts'
import { SCENARIOS, type Subject } from './scenarios.ts'

/** What one world tells of a play. */
export interface Told {
  readonly hash: string
  /** The timeline, what was broken, and how many timers were set at each rest. */
  readonly lines: readonly string[]
}

/** Plays the same in a simulation and with real processes, one play after the other. */
export class BothWorlds implements AsyncDisposable {
  readonly #run: Run
  readonly #agentPath: string
  readonly #crashes = Crashes.install()

  static async open(place?: string): Promise<BothWorlds> {
    const agentPath = await buildAgentForTest({})
    return new BothWorlds(await Run.start(place), agentPath)
  }

  private constructor(run: Run, agentPath: string) {
    this.#run = run
    this.#agentPath = agentPath
  }

  simulated(drawn: Drawn): Promise<Told> {
    const exploration = explorationOf(drawn)
    return this.#tell(simulatedStage(exploration), exploration, drawn.schedule)
  }

  async real(drawn: Drawn): Promise<Told> {
    const exploration = explorationOf(drawn)
    const harness = await Harness.open({
      run: this.#run,
      options: resolveOptions({ keepRuntimeDir: 'never' }),
      agentPath: this.#agentPath,
      agentPaths: {},
    })
    return this.#tell(realStage(exploration, harness), exploration, drawn.schedule)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#crashes.restore()
    await this.#run.close()
  }

  async #tell(stage: Stage, exploration: Exploration, schedule: Schedule): Promise<Told> {
    try {
      const { trace, violation } = await perform(stage, exploration, schedule, this.#crashes)
      return {
        hash: trace.timeline.hash(),
        lines: [
          ...trace.timeline.toString().split('\n'),
          `over at ${trace.endedAt}: ${violation?.invariant ?? 'well'}`,
          `timers: ${trace.rests.map(({ time, events, timers }) => `${time}/${events}/${timers}`).join(' ')}`,
        ],
      }
    } finally {
      await stage.close()
    }
  }
}

function explorationOf({ scenario: name, agents, within }: Drawn): Exploration {
  const scenario = SCENARIOS[name]
  if (!scenario) throw new Error(`There is no scenario "${name}".`)
  const steps = { start: (subject: Subject) => subject.start(), stop: (subject: Subject) => subject.stop() }
  return resolveExploration<Subject, string>(name, { invariants: [], agents, within, steps }, scenario)
}
