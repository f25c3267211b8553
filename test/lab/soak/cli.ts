import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { recordResult } from '../../../bench/record.mjs'
import { repository } from '../repository.ts'
import { type Failure, soakAll, type Tally } from './worker.ts'

const USAGE = `Does faulted runs, one after the other, and counts what they leave. Linux.
  --runs n     how many (default 10000)
  --seed s     which ones: the first has this seed, the next one has the next (default: the time of day)
  --workers n  in so many processes (default 1)`

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    workers: { type: 'string', default: '1' },
    /** Of a process that does a part: which one. It prints what came of it as JSON. */
    part: { type: 'string' },
    help: { type: 'boolean' },
  },
})

/** After how many runs nothing is promised to be left. */
const PROMISED = 10_000

const runs = Number(values.runs)
const workers = Number(values.workers)
const seed = Number(values.seed ?? Date.now() % 1_000_000)

if (values.help) console.log(USAGE)
else if (process.platform !== 'linux') console.log('The soak reads /proc: it needs Linux.')
else if (values.part !== undefined) await part(Number(values.part))
else process.exitCode = (await main()) ? 0 : 1

async function main(): Promise<boolean> {
  const began = performance.now()
  const parts = new Map<number, number>()
  const tallies =
    workers === 1
      ? [await soakAll(seedsOf(0), progress)]
      : await Promise.all(Array.from({ length: workers }, (_, at) => elsewhere(at, parts)))
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const failures = tallies.flatMap((tally) => tally.failures)
  for (const failure of failures) console.log(told(failure))
  console.log(summary(tallies, (performance.now() - began) / 1000))
  recordResult(repository, 'soak', [
    {
      value: leftText(tallies),
      met: failures.length === 0 ? runs >= PROMISED || null : false,
      note: `${runs.toLocaleString('en')} runs, ${failures.length} failed`,
    },
  ])
  return failures.length === 0
}

async function part(at: number): Promise<void> {
  const tally = await soakAll(seedsOf(at), (done) => process.send?.(done))
  await new Promise((resolve) => process.send?.(tally, resolve))
  process.disconnect()
}

function seedsOf(at: number): number[] {
  return Array.from({ length: runs }, (_, index) => seed + index).filter((_, index) => index % workers === at)
}

async function elsewhere(at: number, parts: Map<number, number>): Promise<Tally> {
  const args = ['--part', at, '--runs', runs, '--seed', seed, '--workers', workers].map(String)
  const child = spawn(process.execPath, [path.join(repository, 'scripts/soak.mjs'), ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  let tally: Tally | undefined
  child.on('message', (message: number | Tally) => {
    if (typeof message === 'object') tally = message
    else parts.set(at, message)
    progress([...parts.values()].reduce((sum, done) => sum + done, 0))
  })
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  if (tally === undefined) throw new Error(`a part of the soak ended with ${signal ?? code}`)
  return tally
}

function progress(done: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${runs} runs`)
}

function told({ seed, plan, problem }: Failure): string {
  return `--runs 1 --seed ${seed} ${JSON.stringify(plan)}\n${problem}`
}

function summary(tallies: readonly Tally[], seconds: number): string {
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0)
  const faults = new Map<string, string>()
  for (const name of new Set(tallies.flatMap(({ outcomes }) => Object.keys(outcomes))).values()) {
    const count = (outcome: 'fired' | 'not fired' | 'unsupported'): number =>
      sum(({ outcomes }) => outcomes[name]?.[outcome] ?? 0)
    const [fired, not, unable] = [count('fired'), count('not fired'), count('unsupported')]
    faults.set(name, `${fired} of ${fired + not}${unable > 0 ? ` and ${unable} left out` : ''}`)
  }
  const list = [...faults].map(([name, text]) => `  ${name}: ${text}`).sort()
  const memory = tallies.map(({ memory: [before, after] }) => `${before} to ${after} MiB`).join(', ')
  return (
    `Fired, of the runs in which it was to strike if the run came so far:\n${list.join('\n')}\n` +
    `${sum(({ runs }) => runs)} runs from --seed ${seed} in ${seconds.toFixed(0)} s, memory ${memory}. Left: ${leftText(tallies)}`
  )
}

function leftText(tallies: readonly Tally[]): string {
  const kinds = ['processes', 'directories', 'descriptors', 'handles'] as const
  return kinds
    .map((kind) => `${tallies.reduce((total, { left }) => total + left[kind], 0)} ${kind}`)
    .join(', ')
}
