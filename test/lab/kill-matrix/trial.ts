import { readdirSync } from 'node:fs'

import { LabProject } from '../project.ts'
import type { Runtime } from '../runtime.ts'
import type { VitestRun } from '../vitest-run.ts'
import { type Cell, MOMENTS, nameOf } from './cells.ts'
import { configOf, filesOf, KINDS, PROCESSES, READY_FILE } from './sources.ts'

/** What came of a trial. */
export interface TrialResult {
  readonly name: string
  /** Survivors by what they are: a kind of agent, or what else. Empty if there are none. */
  readonly survivors: ReadonlyMap<string, string>
  /** Why the trial proves nothing, or what else went wrong. */
  readonly problem?: string
  /** How the run ended: its code or signal. */
  readonly end: string
  /** Milliseconds from the kill, or else from when the agents were up, to the end of the run. */
  readonly toEnd: number
  /** Milliseconds from the end of the run until nothing was left. */
  readonly toNothing: number
}

/** The agents' grace: the ones that ignore SIGTERM or cannot handle it take that long. Milliseconds. */
const GRACE = 300
const END_LIMIT_MS = 30_000

/** Has five kinds of agents started, then does to them what the cell says, and counts what is left 2 s after the run's end. */
export async function tryCell(cell: Cell, runtime: Runtime): Promise<TrialResult> {
  await using project = new LabProject({
    runtime,
    files: filesOf(cell),
    supervise: { spawn: { closeGrace: GRACE, readyTimeout: 30_000 }, keepRuntimeDir: 'never' },
    test: configOf(cell),
  })
  const name = nameOf(cell)
  const run = project.start('run')
  try {
    if ('moment' in cell) awaitFile(project.temporary, MOMENTS[cell.moment])
    else await run.until('sign that the agents are up', () => project.read(READY_FILE))
    const missing = 'kill' in cell ? absent(project) : undefined
    const killedAt = performance.now()
    if ('moment' in cell) process.kill(run.pid, 'SIGKILL')
    if ('kill' in cell) kill(cell.kill, run, Number(project.read(READY_FILE)))
    await run.until('end', () => run.isOver || undefined, END_LIMIT_MS)
    const toEnd = performance.now() - killedAt
    const { processes, directories, after } = await project.survivors()
    const survivors = new Map([
      ...processes.map(({ pid, command, agent }) => [agent ?? roleOf(command), `${pid} ${command}`] as const),
      ...directories.map((directory) => ['directory', directory] as const),
    ])
    const problem = missing ?? unexpected(cell, run)
    const end = run.signal ?? `code ${run.code}`
    return { name, survivors, end, toEnd, toNothing: after, ...(problem === undefined ? {} : { problem }) }
  } catch (error) {
    return { name, survivors: new Map(), end: '?', toEnd: 0, toNothing: 0, problem: String(error) }
  }
}

function kill(
  { target, signal }: { target: string; signal: NodeJS.Signals },
  run: VitestRun,
  worker: number,
): void {
  process.kill(target === 'main' ? run.pid : target === 'group' ? -run.pid : worker, signal)
}

/** Looks without a pause, so that what follows comes within microseconds. Throws after a while. */
function awaitFile(directory: string, name: RegExp): void {
  const deadline = performance.now() + END_LIMIT_MS
  while (!readdirSync(directory, { recursive: true }).some((file) => name.test(String(file)))) {
    if (performance.now() > deadline) throw new Error(`Nothing like ${name} appeared in ${directory}.`)
  }
}

/** A kind of agent that is not all there yet: killing it proves nothing. */
function absent(project: LabProject): string | undefined {
  const up = project.processes()
  const kind = KINDS.find((kind) => up.filter(({ agent }) => agent === kind).length < PROCESSES[kind])
  return kind === undefined ? undefined : `the agent "${kind}" was not all there before the kill`
}

/** How the run ended otherwise than it must. */
function unexpected(cell: Cell, run: VitestRun): string | undefined {
  if ('moment' in cell) return run.signal === 'SIGKILL' ? undefined : 'the run outlived SIGKILL'
  if ('kill' in cell) {
    const { target, signal } = cell.kill
    if (target !== 'worker' && signal === 'SIGKILL' && run.signal !== 'SIGKILL')
      return 'the run outlived SIGKILL'
    return run.code === 0 ? 'the run passed' : undefined
  }
  const passes = cell.ending === 'skip'
  if ((run.code === 0) === passes) return undefined
  return `the run ended with ${run.signal ?? run.code}:\n${run.output}`
}

function roleOf(command: string): string {
  if (command.includes('reaper.js')) return 'reaper'
  if (command.includes('vitest.mjs')) return 'main'
  return /vitest/.test(command) ? 'worker' : 'other'
}
