import { setTimeout as delay } from 'node:timers/promises'

import { LabProject } from '../project.ts'
import type { Runtime } from '../runtime.ts'
import type { Pool } from './cells.ts'
import { eachOf } from './pool.ts'
import type { TrialResult } from './trial.ts'

const FILE = `
import { test } from 'vitest-supervise'
for (const i of [1, 2, 3]) {
  test('agents ' + i, async ({ agent, spawnAgent, agentCommand }) => {
    await spawnAgent({ script: { children: ['ordinary', 'setsid'], onSignal: { SIGTERM: 'ignore' } } })
    const { spawn } = await import('node:child_process')
    const child = spawn(agentCommand.file, { stdio: 'ignore', detached: true })
    await new Promise((resolve) => child.once('spawn', resolve))
  })
}`

/** A stream of numbers from 0 to 1 that `seed` determines (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Kills the main process `count` times, each at a random moment of a run's life, and counts what is left 2 s later. */
export async function killAtRandom(
  runtimes: readonly Runtime[],
  count: number,
  seed: number,
  onResult: (result: TrialResult) => void,
): Promise<TrialResult[]> {
  const random = randomNumbers(seed)
  const fractions = Array.from({ length: count }, () => random())
  const kinds = runtimes.flatMap((runtime) =>
    (['forks', 'threads'] as const).map((pool) => ({ runtime, pool })),
  )
  const lifetimes = await eachOf(kinds, 2, ({ runtime, pool }) => lifetime(runtime, pool))
  return eachOf(fractions, 2, async (fraction, index) => {
    const which = index % kinds.length
    const { runtime, pool } = kinds[which] as (typeof kinds)[number]
    const result = await killAfter(runtime, pool, fraction * (lifetimes[which] ?? 0))
    onResult(result)
    return result
  })
}

function projectFor(runtime: Runtime, pool: Pool): LabProject {
  return new LabProject({
    runtime,
    files: { 'a.test.js': FILE, 'b.test.js': FILE },
    supervise: { spawn: { closeGrace: 50 }, prewarm: 1, keepRuntimeDir: 'never' },
    test: { pool, maxWorkers: 2 },
  })
}

/** How long such a run takes when nobody kills it. Milliseconds. */
async function lifetime(runtime: Runtime, pool: Pool): Promise<number> {
  await using project = projectFor(runtime, pool)
  const start = performance.now()
  const run = await project.run()
  if (run.code !== 0) throw new Error(`The run that is to be killed does not pass:\n${run.output}`)
  return performance.now() - start
}

async function killAfter(runtime: Runtime, pool: Pool, ms: number): Promise<TrialResult> {
  await using project = projectFor(runtime, pool)
  const run = project.start('run')
  // This is no wait for anything: the moment is to be any.
  await delay(ms)
  const wasOver = run.isOver
  if (!wasOver) process.kill(run.pid, 'SIGKILL')
  await run.ended
  const { processes, directories, after } = await project.survivors()
  return {
    name: `${runtime.name}, ${pool}: SIGKILL to main after ${ms.toFixed(0)} ms`,
    survivors: new Map([
      ...processes.map(({ pid, command, agent }) => [agent ?? 'process', `${pid} ${command}`] as const),
      ...directories.map((directory) => ['directory', directory] as const),
    ]),
    end: run.signal ?? `code ${run.code}`,
    toEnd: 0,
    toNothing: after,
  }
}
