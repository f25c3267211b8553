/* Runs the tests that hold promises of their own, and keeps how they came out for the table of `npm run bench`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { recordResult } from '../bench/record.mjs'
import { root } from './packed.mjs'
import { vitestProgram } from './vitest-program.mjs'

/** In the order of the promises in bench/campaigns.mjs. */
const FILES = [
  'test/fixtures/load.test.ts',
  'test/fixtures/examples.test.ts',
  'test/restart/model.test.ts',
  'test/restart/presets.test.ts',
  'test/network/clients.test.ts',
  'test/network/restart-storm.test.ts',
  'test/conformance/restart-loop.test.ts',
]

const folder = mkdtempSync(path.join(os.tmpdir(), 'promised-'))
const report = path.join(folder, 'report.json')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
try {
  const { status } = spawnSync(process.execPath, [vitestProgram, 'run', ...FILES, ...reporters], {
    cwd: root,
    stdio: 'inherit',
  })
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  recordResult(
    root,
    'tests',
    FILES.map((file) => rowOf(file, testResults.find(({ name }) => name.endsWith(file))?.assertionResults)),
  )
  process.exitCode = status
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function rowOf(file, tests = []) {
  const count = (wanted) => tests.filter(({ status }) => status === wanted).length
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped') + count('pending')]
  const value = [`${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`]
  return { value: value.filter(Boolean).join(', '), met: passed > 0 && failed === 0, note: `\`${file}\`` }
}
