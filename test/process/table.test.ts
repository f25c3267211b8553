import { spawn } from 'node:child_process'

import { expect, onTestFinished, test } from 'vitest'

import { processTable } from '../../src/process/table/index.ts'
import { Scratch } from '../support/scratch.ts'
import { until } from '../support/until.ts'

test.runIf(process.platform === 'linux')(
  'a process that is becoming another program has its mark all the same',
  async () => {
    const child = spawn(new Scratch().shell('exec "$0"'), { env: { SUPERVISE_MARK: 'm' }, stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
    await until('it has become itself', () => processTable.get(child.pid ?? 0)?.mark === 'm')
    const marks = Array.from({ length: 1000 }, () => processTable.get(child.pid ?? 0)?.mark)
    expect(new Set(marks)).toEqual(new Set(['m']))
  },
)
