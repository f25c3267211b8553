import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { afterEach, expect, test, vi } from 'vitest'

import type { SupervisorAdapter } from '../../fixtures/conformance.ts'
import { findTime } from '../../fixtures/find-time.ts'
import { processTable } from '../../src/process/table/index.ts'
import { foreignSupervisor } from './foreign-supervisor.ts'

const said = vi.spyOn(console, 'warn').mockImplementation(() => {})
afterEach(() => said.mockClear())

test('a Node program that is started by `supervise` lives in virtual time, of which nothing is said', async () => {
  expect(await findTime('foreign', foreignSupervisor())).toEqual({ time: 'virtual' })
  expect(said).not.toHaveBeenCalled()
})

test('what is no Node program lives in real time, which is said once in plain words', async () => {
  const shell: SupervisorAdapter = {
    start: ({ command, supervise }) => supervise('sh', ['-c', '"$0" & wait', command.file]),
  }
  const because = 'it is no Node program that goes by the clock of the test'
  expect(await findTime('a shell', shell)).toEqual({ time: 'real', because })
  expect(said.mock.calls).toEqual([
    [
      `vitest-supervise: conformance of a shell. In real time, since ${because}. \`time: 'real'\` in its adapter says that this is ` +
        "meant; with `time: 'virtual'` its tests fail and say more.",
    ],
  ])
})

test('what an adapter starts by itself lives in real time, and nothing of it is left', async () => {
  const started: number[] = []
  const alone: SupervisorAdapter = {
    async start({ command }) {
      const child = spawn(command.file, { stdio: 'ignore' })
      started.push(Number(child.pid))
      return { exited: once(child, 'exit').then(() => ({ exitCode: 0, signal: null })) }
    },
  }
  expect(await findTime('alone', alone)).toEqual({
    time: 'real',
    because: 'its adapter does not start it by `supervise`',
  })
  expect(started.map((pid) => processTable.get(pid))).toEqual([undefined])
})

test('a program that polls never rests, and so lives in real time', async () => {
  const polls: SupervisorAdapter = {
    start: ({ supervise }) => supervise('sh', ['-c', 'while :; do sleep 0.05; done']),
  }
  const because = 'it does not come to rest under the clock of the test'
  expect(await findTime('polls', polls, 1000)).toEqual({ time: 'real', because })
})

test('a start that fails is left to the checks, which say how', async () => {
  const broken: SupervisorAdapter = {
    start() {
      throw new Error('there is none')
    },
  }
  expect(await findTime('broken', broken)).toMatchObject({ because: 'its start fails in virtual time' })
  const idle: SupervisorAdapter = { start: () => new Promise<never>(() => {}) }
  expect(await findTime('idle', idle)).toMatchObject({
    because: 'its start does not come to an end in virtual time',
  })
})
