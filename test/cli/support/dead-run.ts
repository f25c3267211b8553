import type { LabProject } from '../../lab/project.ts'
import type { VitestRun } from '../../lab/vitest-run.ts'

/** A test that goes on until its run is ended, and has an agent with a child that no signal of a terminal reaches. */
export const ENDLESS = `
import fs from 'node:fs'
import { test } from 'vitest-supervise'
test('goes on', async ({ spawnAgent }) => {
  await spawnAgent({ id: 'worker', script: { children: ['setsid', 'ignore-sigterm'] } })
  fs.writeFileSync('goes-on', '')
  await new Promise(() => setInterval(() => {}, 1e6))
}, 60_000)
`

/** Starts the tests of a project that has {@link ENDLESS}, and waits until it has all its processes. */
export async function endlessRun(project: LabProject): Promise<VitestRun> {
  const run = project.start('run')
  await run.until('the test', () => project.read('goes-on'))
  return run
}

/** Kills the run and its reaper at once, so that nobody cleans up after it. */
export async function killWithReaper(project: LabProject, run: VitestRun): Promise<void> {
  const reapers = project.processes().filter(({ command }) => command.includes('reaper.js'))
  for (const { pid } of reapers) process.kill(pid, 'SIGKILL')
  process.kill(-run.pid, 'SIGKILL')
  await run.ended
}
