import { type ChildProcess, spawn } from 'node:child_process'
import os from 'node:os'
import { parseArgs } from 'node:util'

import { recordResult } from '../../../bench/record.mjs'
import { repository } from '../repository.ts'
import { nodeRuntime, type Runtime } from '../runtime.ts'
import { SCENARIO_NAMES, type ScenarioName } from './scenario.ts'
import { tryScenario } from './trial.ts'

const USAGE = `Runs the same again and again: there must be one timeline.
  --scenario name   restarts: four agents with 20 restarts each, jitter and mixed faults (default); heartbeats: an agent
                    that says something every 30 s, for two hours; network: three agents that share the network's faults;
                    processes: a supervisor in another process, with 20 children that crash; peers: two that talk to each other
                    and to the test; third-party: nodemon, node-foreman and node --watch
  --runs n          how often in each cell (default 20)
  --nodes 20,24     with these versions of Node (default 20,22,24,26)
  --pools forks     in these pools of Vitest (default forks,threads)
  --load 0,2        busy loops beside it, per core: all of it with each of these (default 2)`

/** How many runs share a Vitest process, which is to end in a minute and a half. */
const CHUNK = { network: 3, 'third-party': 3 } as Readonly<Record<string, number>>
const USUAL_CHUNK = 5
/** How many runs are promised to have one timeline. */
const PROMISED = { processes: 200, peers: 100, 'third-party': 100 } as Readonly<Record<string, number>>
const USUALLY_PROMISED = 1000
/** How long the median of them may take on a machine that does nothing else, where that is promised. Real ms. */
const QUICK = { peers: 3000 } as Readonly<Record<string, number>>

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'restarts' },
    runs: { type: 'string', default: '20' },
    nodes: { type: 'string', default: '20,22,24,26' },
    pools: { type: 'string', default: 'forks,threads' },
    load: { type: 'string', default: '2' },
    help: { type: 'boolean' },
  },
})

if (values.help) console.log(USAGE)
else process.exitCode = (await main()) ? 0 : 1

async function main(): Promise<boolean> {
  const name = scenarioNamed(values.scenario)
  const runtimes: Runtime[] = []
  for (const node of values.nodes.split(',')) runtimes.push(await nodeRuntime(node))
  const cores = os.availableParallelism()
  const loads = values.load.split(',').map((load) => Math.round(Number(load) * cores))
  const found = new Map<string, string>()
  const wallTimes: number[] = []
  let [healthy, total] = [true, 0]
  for (const load of loads) {
    console.log(`Beside ${load} busy loops on ${cores} cores:`)
    const loops = busyLoops(load)
    try {
      for (const runtime of runtimes) {
        for (const pool of values.pools.split(',') as ('forks' | 'threads')[]) {
          const { runs, passed, took } = await cell(name, runtime, pool, found)
          healthy &&= passed
          total += runs
          wallTimes.push(...took)
        }
      }
    } finally {
      for (const loop of loops) loop.kill('SIGKILL')
    }
  }
  console.log(found.size === 1 ? 'One timeline.' : `${found.size} timelines.`)
  const [first, other] = [...found.values()]
  if (first !== undefined && other !== undefined) console.log(firstDifference(first, other))
  const isOne = healthy && found.size === 1
  const promised = PROMISED[name] ?? USUALLY_PROMISED
  const took = wallTimes.length > 0 ? [`a run takes ${Math.round(median(wallTimes))} ms`] : []
  const isQuick = wallTimes.length === 0 || median(wallTimes) < (QUICK[name] ?? Infinity)
  recordResult(repository, `determinism-${name}`, [
    {
      value: isOne ? `one in ${total} runs: ${[...found.keys()].join()}` : `${found.size} in ${total} runs`,
      met: isOne && isQuick ? total >= promised || null : false,
      note: [`Node ${values.nodes}`, values.pools, `${loads.join(' and ')} busy loops`, ...took].join(', '),
    },
  ])
  return isOne
}

function scenarioNamed(name: string): ScenarioName {
  const found = SCENARIO_NAMES.find((known) => known === name)
  if (found === undefined) throw new Error(`There is no scenario "${name}": ${SCENARIO_NAMES.join(', ')}.`)
  return found
}

/** Prints how often each timeline came out. How many runs there were, and whether none of them failed. */
async function cell(
  name: ScenarioName,
  runtime: Runtime,
  pool: 'forks' | 'threads',
  found: Map<string, string>,
): Promise<{ readonly runs: number; readonly passed: boolean; readonly took: readonly number[] }> {
  const chunk = CHUNK[name] ?? USUAL_CHUNK
  const counts = new Map<string, number>()
  const took: number[] = []
  const began = performance.now()
  let failures = 0
  for (let left = Number(values.runs); left > 0; left -= chunk) {
    const { hashes, timelines, wallTimes, failure } = await tryScenario(
      name,
      runtime,
      pool,
      Math.min(left, chunk),
    )
    took.push(...wallTimes)
    for (const [hash, count] of hashes) counts.set(hash, (counts.get(hash) ?? 0) + count)
    for (const [hash, timeline] of timelines) found.set(hash, timeline)
    if (failure !== undefined) failures += 1
    if (failure !== undefined) console.log(failure)
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const list = [...counts].map(([hash, count]) => `${hash} (${count})`).join(', ')
  const each = Math.round((performance.now() - began) / Math.max(total, 1))
  const alone = took.length > 0 ? `, ${Math.round(median(took))} ms without Vitest` : ''
  console.log(`${runtime.name}, ${pool}: ${total} runs, ${each} ms each${alone}: ${list}`)
  return { runs: total, passed: failures === 0, took }
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN
}

/** They end with this process, however it ends. */
function busyLoops(count: number): ChildProcess[] {
  const loop = 'const parent = process.ppid; while (process.ppid === parent);'
  return Array.from({ length: count }, () => spawn(process.execPath, ['-e', loop], { stdio: 'ignore' }))
}

function firstDifference(a: string, b: string): string {
  const [left, right] = [a.split('\n'), b.split('\n')]
  const at = left.findIndex((line, index) => line !== right[index])
  const around = (lines: string[]): string => lines.slice(Math.max(0, at - 3), at + 3).join('\n')
  return `The first difference is in line ${at + 1}:\n${around(left)}\n---\n${around(right)}`
}
