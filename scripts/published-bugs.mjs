/*
 * Has the suite look for the published bugs again and again, and counts how often it sees each:
 * `npm run published-bugs -- --runs 20 --load 2`, where load is the busy loops beside it, per core.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { recordResult } from '../bench/record.mjs'
import { root } from './packed.mjs'
import { vitestProgram } from './vitest-program.mjs'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20' }, load: { type: 'string', default: '0' } },
})
const runs = Number(values.runs)
/** How often each has to be seen. */
const PROMISED = 20
// They end with this process, however it ends.
const LOOP = 'const parent = process.ppid; while (process.ppid === parent);'
const loops = Array.from({ length: Math.round(Number(values.load) * os.availableParallelism()) }, () =>
  spawn(process.execPath, ['-e', LOOP], { stdio: 'ignore' }),
)
const folder = mkdtempSync(path.join(os.tmpdir(), 'bugs-'))
const seen = new Map()
try {
  for (let run = 0; run < runs; run++) count(path.join(folder, `${run}.json`))
} finally {
  for (const loop of loops) loop.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
console.log(`Beside ${loops.length} busy loops on ${os.availableParallelism()} cores:`)
for (const [title, times] of seen) console.log(`  ${times} of ${runs}  ${title}`)
const all = seen.size > 0 && [...seen.values()].every((times) => times === runs)
process.exitCode = all ? 0 : 1
recordResult(root, 'published-bugs', [
  {
    value: `${[...seen.values()].join(', ')} of ${runs}`,
    met: all ? runs >= PROMISED || null : false,
    note: `beside ${loops.length} busy loops`,
  },
])

function count(report) {
  const args = ['run', 'test/conformance/published-bugs.test.ts', '--reporter=json', `--outputFile=${report}`]
  spawnSync(process.execPath, [vitestProgram, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const results = JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap(
    (file) => file.assertionResults,
  )
  for (const { title, status } of results) {
    seen.set(title, (seen.get(title) ?? 0) + (status === 'passed' ? 1 : 0))
  }
}
