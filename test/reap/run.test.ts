import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import net from 'node:net'
import path from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { processTable } from '../../src/process/table/index.ts'
import { reaperAddress } from '../../src/reap/run-directory.ts'
import { Run } from '../../src/reap/run.ts'
import { sweep } from '../../src/reap/sweep.ts'
import { failure } from '../support/agents.ts'
import { alive } from '../support/alive.ts'
import { Scratch } from '../support/scratch.ts'
import { Script } from '../support/script.ts'
import { until } from '../support/until.ts'

async function startRun(parent: string): Promise<Run> {
  const run = await Run.start(parent)
  onTestFinished(async () => {
    await run.close()
  })
  return run
}

function reaperOf(root: string): Promise<number> {
  return until('the reaper is there', () => {
    const found = processTable
      .all()
      .find(({ command }) => command.includes('reaper.js') && command.includes(root))
    return found?.pid
  })
}

/** A worker: joins the run, starts a sleep of each kind, says what it made, and waits. */
const WORKER = `
  const { Run } = await load('reap/run.js')
  const { spawn } = await import('node:child_process')
  const { writeFileSync } = await import('node:fs')
  const run = await Run.join(process.env.ROOT)
  const start = (env, detached) => spawn('sleep', ['86400'], { env, detached, stdio: 'ignore' }).pid
  const marked = { PATH: process.env.PATH, SUPERVISE_MARK: run.nextMark() }
  const pids = [start(marked, false), start(marked, true), start({ PATH: process.env.PATH }, true)]
  run.add(pids[2])
  writeFileSync(run.dir + '/file', 'x')
  say({ dir: run.dir, pids })
  setInterval(() => {}, 1e6)
`

interface Made {
  readonly dir: string
  readonly pids: number[]
}

test('what a SIGKILLed worker left is killed, told to main, and its directory removed', async () => {
  const scratch = new Scratch()
  const run = await startRun(scratch.root)
  const told: number[] = []
  run.onReaped = (processes) => void told.push(...processes.map(({ pid }) => pid))
  const worker = new Script(scratch, WORKER, { ROOT: run.root })
  const { dir, pids } = await worker.said<Made>()
  expect(pids.every(alive)).toBe(true)
  worker.child.kill('SIGKILL')
  await until('all is gone', () => !pids.some(alive) && !existsSync(dir))
  await until('main was told', () => told.length === pids.length)
  expect(new Set(told)).toEqual(new Set(pids))
  expect(existsSync(run.root)).toBe(true)
})

/** Two workers that have started their processes, and whoever is told of what they leave. */
async function twoWorkers(): Promise<{
  readonly run: Run
  readonly workers: readonly [Script, Script]
  readonly made: readonly [Made, Made]
  readonly told: number[]
}> {
  const scratch = new Scratch()
  const run = await startRun(scratch.root)
  const told: number[] = []
  run.onReaped = (processes) => void told.push(...processes.map(({ pid }) => pid))
  const start = (name: string): Script => new Script(scratch, WORKER, { ROOT: run.root }, name)
  const [one, two] = [start('one.mjs'), start('two.mjs')]
  return { run, workers: [one, two], made: [await one.said<Made>(), await two.said<Made>()], told }
}

test('what a worker left is told once, though it ends while the run does', async () => {
  const { run, workers, made, told } = await twoWorkers()
  // What the first has left has its moment to end by itself when the second goes.
  workers[0].child.kill('SIGKILL')
  await once(workers[0].child, 'exit')
  const closed = run.close()
  await until('the reaper ends the run', () => !existsSync(reaperAddress(run.root)))
  workers[1].child.kill('SIGKILL')
  told.push(...(await closed).map(({ pid }) => pid))
  const pids = made.flatMap(({ pids }) => pids)
  const ascending = (a: number, b: number): number => a - b
  expect(told.toSorted(ascending)).toEqual(pids.toSorted(ascending))
  expect(pids.filter(alive)).toEqual([])
})

test('the end of one worker leaves the others alone', async () => {
  const { workers, made } = await twoWorkers()
  workers[0].child.kill('SIGKILL')
  await until('the first is gone', () => !made[0].pids.some(alive) && !existsSync(made[0].dir))
  expect(made[1].pids.every(alive)).toBe(true)
  expect(existsSync(made[1].dir)).toBe(true)
})

test('the death of main ends the workers, what they started, the directory and the reaper', async () => {
  const scratch = new Scratch()
  const main = new Script(
    scratch,
    `const { Run } = await load('reap/run.js')
    const run = await Run.start()
    say(run.root)
    setInterval(() => {}, 1e6)`,
    {},
    'main.mjs',
  )
  const root = await main.said<string>()
  const worker = new Script(scratch, WORKER, { ROOT: root })
  const { pids } = await worker.said<Made>()
  const all = [...pids, worker.pid, await reaperOf(root)]
  expect(all.every(alive)).toBe(true)
  main.child.kill('SIGKILL')
  await until('all is gone', () => !all.some(alive) && !existsSync(root), 5000)
  expect(all.filter(alive)).toEqual([])
})

test('close kills what is left of the run, names it, and removes its directory', async () => {
  const scratch = new Scratch()
  const run = await startRun(scratch.root)
  const reaper = await reaperOf(run.root)
  const env = { ...process.env, SUPERVISE_MARK: run.nextMark() }
  const child = spawn('sleep', ['86400'], { env, detached: true, stdio: 'ignore' })
  await once(child, 'spawn')
  const left = await run.close()
  expect(left.map(({ pid, command }) => [pid, command])).toEqual([[child.pid, 'sleep 86400']])
  expect(alive(child.pid ?? 0)).toBe(false)
  expect(existsSync(run.root)).toBe(false)
  await until('the reaper has exited', () => !alive(reaper))
  expect(await run.close()).toBe(left)
})

test('close does the work of a reaper that was killed', async () => {
  const scratch = new Scratch()
  const run = await startRun(scratch.root)
  const worker = await Run.join(run.root)
  process.kill(await reaperOf(run.root), 'SIGKILL')
  const env = { ...process.env, SUPERVISE_MARK: worker.nextMark() }
  const child = spawn('sleep', ['86400'], { env, detached: true, stdio: 'ignore' })
  await once(child, 'spawn')
  const left = await run.close()
  expect(left.map(({ pid }) => pid)).toEqual([child.pid])
  expect(alive(child.pid ?? 0)).toBe(false)
  expect(existsSync(run.root)).toBe(false)
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s does not end the reaper', async (signal) => {
  const scratch = new Scratch()
  const run = await startRun(scratch.root)
  await Run.join(run.root)
  const reaper = await reaperOf(run.root)
  process.kill(reaper, signal)
  // It answers another client after the signal: it has survived it.
  await Run.join(run.root)
  expect(alive(reaper)).toBe(true)
  await run.close()
  expect(existsSync(run.root)).toBe(false)
})

test('a run that is over cannot be joined', async () => {
  const run = await startRun(new Scratch().root)
  await run.close()
  expect(await failure(Run.join(run.root))).toMatchObject({ code: 'ERR_REAPER_FAILED' })
})

test('marks of a run are below it, and no two are alike', async () => {
  const run = await startRun(new Scratch().root)
  const workers = await Promise.all([Run.join(run.root), Run.join(run.root)])
  const marks = [run, ...workers].flatMap((part) => [part.nextMark(), part.nextMark()])
  expect(new Set(marks).size).toBe(6)
  expect(marks.every((mark) => mark.startsWith(`${run.mark}.`))).toBe(true)
  expect(statSync(run.root).mode & 0o777).toBe(0o700)
})

test('a kept directory outlives the run, the rest of it does not', async () => {
  const run = await startRun(new Scratch().root)
  const worker = await Run.join(run.root)
  const kept = path.join(worker.dir, 'kept')
  mkdirSync(kept)
  mkdirSync(path.join(worker.dir, 'other'))
  writeFileSync(path.join(kept, 'evidence'), 'here')
  worker.keep(kept)
  await worker.close()
  await run.close()
  expect(existsSync(path.join(kept, 'evidence'))).toBe(true)
  expect(readdirSync(worker.dir)).toEqual(['kept'])
})

/** A run's directory as it stays behind: its owner is dead unless told otherwise. */
function remains(scratch: Scratch, name: string, record: object = {}): string {
  const root = path.dirname(scratch.write(`${name}/file`, 'x'))
  const owner = { pid: 2 ** 22 + 7, startTime: '1' }
  const namespace = process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : ''
  writeFileSync(path.join(root, 'run.json'), JSON.stringify({ mark: name, owner, namespace, ...record }))
  return root
}

const YEAR_AGO = new Date(Date.now() - 365 * 24 * 60 * 60 * 1000)

test('a sweep removes the directory and the processes of a dead run', async () => {
  const scratch = new Scratch()
  const root = remains(scratch, 'vs-dead01')
  const env = { ...process.env, SUPERVISE_MARK: 'vs-dead01.w.1' }
  const child = spawn('sleep', ['86400'], { env, detached: true, stdio: 'ignore' })
  await once(child, 'spawn')
  await sweep(scratch.root)
  expect(existsSync(root)).toBe(false)
  expect(alive(child.pid ?? 0)).toBe(false)
})

test('a sweep leaves a live run alone, however old it is', async () => {
  const scratch = new Scratch()
  const run = await startRun(scratch.root)
  await Run.join(run.root)
  utimesSync(run.root, YEAR_AGO, YEAR_AGO)
  await sweep(scratch.root)
  expect(existsSync(path.join(run.root, 'run.json'))).toBe(true)
})

test('a sweep goes by the start time of the owner, not by its pid alone', async () => {
  const scratch = new Scratch()
  const root = remains(scratch, 'vs-reused', { owner: { pid: process.pid, startTime: 'another' } })
  await sweep(scratch.root)
  expect(existsSync(root)).toBe(false)
})

test('a sweep leaves a run alone whose reaper answers', async () => {
  const scratch = new Scratch()
  const root = remains(scratch, 'vs-answer')
  const reaper = net.createServer().listen(path.join(root, 'reaper.sock'))
  await once(reaper, 'listening')
  await sweep(scratch.root)
  expect(existsSync(root)).toBe(true)
  reaper.close()
})

test('a sweep gives a run of another container the time to start its reaper', async () => {
  const scratch = new Scratch()
  const young = remains(scratch, 'vs-young', { namespace: 'pid:[1]' })
  const old = remains(scratch, 'vs-old', { namespace: 'pid:[1]' })
  utimesSync(old, YEAR_AGO, YEAR_AGO)
  await sweep(scratch.root)
  expect([existsSync(young), existsSync(old)]).toEqual([true, false])
})

test('a sweep leaves kept directories for three days', async () => {
  const scratch = new Scratch()
  const recent = remains(scratch, 'vs-recent', { kept: ['x'] })
  const old = remains(scratch, 'vs-old', { kept: ['x'] })
  utimesSync(old, YEAR_AGO, YEAR_AGO)
  await sweep(scratch.root)
  expect([existsSync(recent), existsSync(old)]).toEqual([true, false])
})

test('a sweep leaves what is not a run of ours', async () => {
  const scratch = new Scratch()
  const foreign = path.dirname(scratch.write('vs-code/settings', 'x'))
  const broken = path.dirname(scratch.write('vs-broken/run.json', '{"mark":'))
  const other = path.dirname(scratch.write('other/run.json', '{"mark":"other","owner":{"pid":4194311}}'))
  const file = scratch.write('vs-file', 'x')
  const fresh = scratch.path('vs-fresh')
  mkdirSync(fresh)
  for (const entry of [foreign, broken, other, file]) utimesSync(entry, YEAR_AGO, YEAR_AGO)
  await sweep(scratch.root)
  expect([foreign, broken, other, file, fresh].filter((entry) => !existsSync(entry))).toEqual([])
})

test('a sweep of a directory that is missing does nothing', async () => {
  await expect(sweep(new Scratch().path('missing'))).resolves.toBeUndefined()
})
