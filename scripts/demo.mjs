/*
 * The main job, as a user would do it: a Vitest project that has the packed package installed tests a real server.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'

import { installPacked, root } from './packed.mjs'

const project = path.join(root, 'examples', 'quickstart')
const vitest = path.join(
  path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
)
const temporary = mkdtempSync(path.join(os.tmpdir(), 'demo-'))

installPacked(project)
console.log(`Testing the server of ${path.relative(root, project)} with the packed package:`)
const { status } = spawnSync(process.execPath, [vitest, 'run', '--reporter=verbose'], {
  cwd: project,
  env: { ...process.env, TMPDIR: temporary, TEMP: temporary },
  stdio: 'inherit',
})
const left = readdirSync(temporary)
rmSync(temporary, { recursive: true, force: true })
console.log(
  left.length === 0
    ? 'Every test had a real server of its own, in a directory of its own; nothing of them is left.'
    : `Left behind: ${left.join(', ')}`,
)
process.exitCode = status === 0 && left.length === 0 ? 0 : 1
