/*
 * The main job, as users would do it: four Vitest projects that have the packed package installed test a server, a
 * supervisor written by hand, one from npm, and a client of an API that fails.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { installPacked, root } from './packed.mjs'
import { vitestProgram } from './vitest-program.mjs'

const EXAMPLES = {
  quickstart: 'a real server: requests, crashes, SIGTERM',
  supervisor: 'a supervisor written by hand, in virtual time',
  respawn: '`respawn` from npm, unmodified, in virtual time',
  'flaky-api': 'a client of an API that fails, in virtual time',
}

// Apart from each other: in the first one nothing may be left.
const temporary = mkdtempSync(path.join(os.tmpdir(), 'demo-'))
const reports = mkdtempSync(path.join(os.tmpdir(), 'demo-reports-'))
const begin = performance.now()
let tests = 0
let failed = false

for (const [name, what] of Object.entries(EXAMPLES)) {
  const project = path.join(root, 'examples', name)
  installPacked(project)
  console.log(`\nexamples/${name}: ${what}`)
  const report = path.join(reports, `${name}.json`)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vitestProgram, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { cwd: project, env: { ...process.env, TMPDIR: temporary, TEMP: temporary }, encoding: 'utf8' },
  )
  if (status === 0) tests += show(report)
  else {
    console.log(stdout, stderr)
    failed = true
  }
}

const left = readdirSync(temporary)
rmSync(temporary, { recursive: true, force: true })
rmSync(reports, { recursive: true, force: true })
if (left.length > 0) console.log(`\nLeft behind: ${left.join(', ')}`)
else if (!failed) {
  const seconds = ((performance.now() - begin) / 1000).toFixed(1)
  console.log(
    `\n${tests} tests in ${seconds} s: an exploration in memory, and the others with real processes. Nothing of them is left.`,
  )
}
process.exitCode = failed || left.length > 0 ? 1 : 0

/** Prints a line for each test; how many there were. */
function show(report) {
  const results = JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap(
    (file) => file.assertionResults,
  )
  for (const { title, duration } of results) console.log(`  ✓ ${title} (${Math.round(duration)} ms)`)
  return results.length
}
