import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { Run } from '../../../src/reap/run.ts'
import { ENV } from '../../../src/protocol/frames.ts'
import { repository } from '../repository.ts'
import { Inventory, type Left } from './left.ts'
import { type Core, type Outcome, type Plan, planOf, soak } from './run.ts'

/** What came of some runs. */
export interface Tally {
  readonly runs: number
  /** By fault, how often it was to strike and what became of it. */
  readonly outcomes: Record<string, Partial<Record<Outcome, number>>>
  readonly failures: readonly Failure[]
  readonly left: Record<keyof Left, number>
  /** Resident memory after the warm-up and at the end. MiB. */
  readonly memory: readonly [before: number, after: number]
}

export interface Failure {
  readonly seed: number
  readonly plan: Plan
  readonly problem: string
}

/** What is loaded, compiled and opened once comes to be in these, which are not compared. Seeds that no run has. */
const WARM_UP = 12
const WARM_UP_SEED = 1_000_000_007

/** Does the runs of these seeds one after the other, in this process. */
export async function soakAll(seeds: readonly number[], onRun: (done: number) => void): Promise<Tally> {
  const place = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'sk-')))
  process.env['TMPDIR'] = place
  const core = (await import(pathToFileURL(path.join(repository, 'dist/src/index.js')).href)) as Core
  const run = await Run.start(place)
  process.env[ENV.run] = run.root
  try {
    for (let i = 0; i < WARM_UP; i++) await soak(core, planOf(WARM_UP_SEED + i))
    return await tally(core, seeds, await Inventory.take(run.mark, [place, run.root]), onRun)
  } finally {
    delete process.env[ENV.run]
    await run.close()
    rmSync(place, { recursive: true, force: true })
  }
}

async function tally(
  core: Core,
  seeds: readonly number[],
  inventory: Inventory,
  onRun: (done: number) => void,
): Promise<Tally> {
  const outcomes: Tally['outcomes'] = {}
  const failures: Failure[] = []
  const left = { processes: 0, directories: 0, descriptors: 0, handles: 0 }
  const before = memory()
  let done = 0
  for (const seed of seeds) {
    const plan = planOf(seed)
    const fail = (problem: string): void => void failures.push({ seed, plan, problem })
    const stray = (error: unknown): void => fail(`nobody caught ${wordsOf(error)}`)
    process.on('uncaughtException', stray)
    try {
      const outcome = await soak(core, plan)
      const counts = (outcomes[plan.fault] ??= {})
      counts[outcome] = (counts[outcome] ?? 0) + 1
    } catch (error) {
      fail(wordsOf(error))
    }
    // Node forgets the pipes that it has made for a start that fails with EMFILE. They hold no descriptors.
    if (plan.fault === 'tooManyFiles') inventory.acceptHandles()
    for (const [kind, list] of Object.entries(await inventory.left()) as [keyof Left, string[]][]) {
      left[kind] += list.length
      if (list.length > 0) fail(`left ${kind}: ${list.join(', ')}`)
    }
    process.off('uncaughtException', stray)
    onRun(++done)
  }
  return { runs: done, outcomes, failures, left, memory: [before, memory()] }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.stack}` : String(error)
}

function memory(): number {
  return Math.round(process.memoryUsage().rss / 2 ** 20)
}
