import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, test } from 'vitest'

import { timeLimit } from '../../src/conformance/pace.ts'
import { TrialProcesses } from '../../src/conformance/trial-processes.ts'
import { processTable } from '../../src/process/table/index.ts'

test('a check has time for the patience that is declared, many times over', () => {
  expect(timeLimit({})).toBe(60_000)
  expect(timeLimit({ facts: { patience: 30_000 } })).toBe(180_000)
  expect(timeLimit({ facts: { delays: [1000, 2000], grace: 500, quiet: 1500 } })).toBe(70_000)
  expect(timeLimit({ facts: { delays: [1000], patience: 1 }, time: 'virtual' })).toBe(60_000)
})

test('what is started again whenever it is killed is not killed for ever', async () => {
  const started: ChildProcess[] = []
  const processes = new TrialProcesses(async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' })
    await once(child, 'spawn')
    started.push(child)
    const info = processTable.get(Number(child.pid))
    return info ? [info] : []
  })
  await expect(processes.kill()).rejects.toThrow('started again whenever it is killed')
  await Promise.all(started.map(async (child) => child.signalCode ?? (await once(child, 'exit'))))
  expect(new Set(started.map(({ signalCode }) => signalCode))).toEqual(new Set(['SIGKILL']))
})
