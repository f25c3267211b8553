/*
 * How long it takes a person who is new to it to come from an empty folder to a restart test that passes: installs Vitest and the
 * packed package there, has `init` set it up, and runs the tests. Prints the seconds of each step; fails when a step does, or when
 * all of them take more than two minutes. Vitest is one that this Node can run.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { recordResult } from '../bench/record.mjs'
import { pack, root } from './packed.mjs'

const LIMIT_SECONDS = 120

const workplace = mkdtempSync(path.join(os.tmpdir(), 'first-'))
try {
  const project = path.join(workplace, 'project')
  mkdirSync(project)
  const tarball = pack(workplace)
  const vitest = Number(process.versions.node.split('.')[0]) < 22 ? 'vitest@4' : 'vitest'
  const total =
    step(
      project,
      'npm',
      'install',
      '--save-dev',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      vitest,
      tarball,
    ) +
    step(project, 'npx', 'vitest-supervise', 'init') +
    step(project, 'npx', 'vitest', 'run')
  const isInTime = total <= LIMIT_SECONDS
  console.log(
    `${total.toFixed(1)} s from an empty folder to a test that passes; the limit is ${LIMIT_SECONDS} s`,
  )
  process.exitCode = isInTime ? 0 : 1
  recordResult(root, 'first-test', [{ value: `${total.toFixed(1)} s`, met: isInTime, note: vitest }])
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
  recordResult(root, 'first-test', [{ value: 'failed', met: false }])
} finally {
  rmSync(workplace, { recursive: true, force: true })
}

/** Runs one step, and gives the seconds that it has taken. */
function step(project, file, ...args) {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd: project,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    env: environment(),
  })
  const seconds = (performance.now() - start) / 1000
  const words = [file, ...args.map((word) => path.basename(word))].join(' ')
  console.log(`${seconds.toFixed(1)} s  ${words}`)
  if (status !== 0) throw new Error(`\`${words}\` exited with ${status}:\n${stdout}${stderr}`)
  if (args[1] === 'run' && !/Tests\s+1 passed/.test(stdout)) throw new Error(`No test has passed:\n${stdout}`)
  return seconds
}

/** As of a person at a terminal, and not of the npm that runs this. */
function environment() {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_)|INIT_CWD$|VITEST)/.test(name),
  )
  return { ...Object.fromEntries(own), NO_COLOR: '1' }
}
