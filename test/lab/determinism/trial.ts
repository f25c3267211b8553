import { LabProject } from '../project.ts'
import type { Runtime } from '../runtime.ts'
import { processPrograms } from './process-scenarios.ts'
import { CALLER, HASHES, scenario, type ScenarioName, WALL_TIMES } from './scenario.ts'

/** What came of some runs of the scenario. */
export interface Trial {
  /** How often each timeline came out, by its hash. */
  readonly hashes: ReadonlyMap<string, number>
  /** The timelines themselves, by hash. */
  readonly timelines: ReadonlyMap<string, string>
  /** How long each run took, in real ms, where the scenario measures it. */
  readonly wallTimes: readonly number[]
  /** What the run printed, if a test failed. */
  readonly failure: string | undefined
}

/** Runs the scenario some times in one Vitest process. */
export async function tryScenario(
  name: ScenarioName,
  runtime: Runtime,
  pool: 'forks' | 'threads',
  runs: number,
): Promise<Trial> {
  await using project = new LabProject({
    runtime,
    files: { 'scenario.test.js': scenario(name, runs), 'caller.mjs': CALLER, ...processPrograms() },
    modules: { msw: 'msw', nodemon: 'nodemon', foreman: 'foreman' },
    test: { pool, testTimeout: 60_000 },
  })
  const run = await project.run()
  const linesOf = (file: string): string[] => (project.read(file) ?? '').split('\n').filter(Boolean)
  const hashes = new Map<string, number>()
  for (const hash of linesOf(HASHES)) hashes.set(hash, (hashes.get(hash) ?? 0) + 1)
  const timelines = new Map([...hashes.keys()].map((hash) => [hash, project.read(`${hash}.txt`) ?? '']))
  const wallTimes = linesOf(WALL_TIMES).map(Number)
  return { hashes, timelines, wallTimes, failure: run.code === 0 ? undefined : run.output }
}
