import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { faultFacts } from '../../src/fault/fault.ts'
import { repository } from '../lab/repository.ts'
import { SAMPLES } from '../lab/soak/faults.ts'

/** A sample. 10,000 runs: `npm run soak`. */
const ARGS = ['--runs', '40', '--seed', '1', '--workers', '2']

test('every fault that there is has its line in the soak', () => {
  expect(new Set(Object.keys(SAMPLES))).toEqual(new Set(Object.keys(faultFacts)))
})

test.runIf(process.platform === 'linux')(
  'faulted runs leave no process, directory or descriptor',
  async () => {
    // A run of its own: the descriptors of this process are everybody's.
    const { SUPERVISE_RUN: _run, NODE_OPTIONS: _options, ...env } = process.env
    const soak = path.join(repository, 'scripts/soak.mjs')
    const { stdout } = await promisify(execFile)(process.execPath, [soak, ...ARGS], { env })
    expect(stdout).toMatch(
      /^40 runs from --seed 1 .* Left: 0 processes, 0 directories, 0 descriptors, 0 handles$/m,
    )
  },
)
