import { LabProject } from '../project.ts'
import type { Runtime } from '../runtime.ts'
import { CALLER, HASHES, scenario, type ScenarioName } from './scenario.ts'

/** What came of some runs of the scenario. */
export interface Trial {
  /** How often each timeline came out, by its hash. */
  readonly hashes: ReadonlyMap<string, number>
  /** The timelines themselves, by hash. */
  readonly timelines: ReadonlyMap<string, string>
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
    files: { 'scenario.test.js': scenario(name, runs), 'caller.mjs': CALLER },
    modules: { msw: 'msw' },
    test: { pool, testTimeout: 60_000 },
  })
  const run = await project.run()
  const hashes = new Map<string, number>()
  for (const hash of (project.read(HASHES) ?? '').split('\n').filter(Boolean)) {
    hashes.set(hash, (hashes.get(hash) ?? 0) + 1)
  }
  const timelines = new Map([...hashes.keys()].map((hash) => [hash, project.read(`${hash}.txt`) ?? '']))
  return { hashes, timelines, failure: run.code === 0 ? undefined : run.output }
}
