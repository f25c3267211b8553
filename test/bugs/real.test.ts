import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { deferred } from '../../src/wait.ts'
import { alive } from '../support/alive.ts'
import { Scratch } from '../support/scratch.ts'
import { CORRECT } from './catalogue.ts'
import { OPTIONS, type SupervisorParts } from './supervisor.ts'

/** Fails the first time, and lives from then on. */
const PROGRAM = 'mkdir "$FIRST" 2>/dev/null && exit 1; echo ready; exec sleep 1000'

test.each(Object.entries(CORRECT))('%s restarts and stops a real process', async (_, Supervisor) => {
  const children: ChildProcess[] = []
  onTestFinished(() => children.forEach((child) => child.kill('SIGKILL')))
  const up = deferred<void>()
  let gaveUp = false
  const parts: SupervisorParts = {
    spawn: ((...words: Parameters<typeof spawn>) => {
      const child = spawn(...words)
      children.push(child)
      child.stdout?.once('data', () => up.resolve())
      return child
    }) as typeof spawn,
    timers: globalThis,
    now: () => performance.now(),
    file: 'sh',
    args: ['-c', PROGRAM],
    env: { PATH: process.env['PATH'] ?? '', FIRST: path.join(new Scratch().root, 'first') },
    onGiveUp: () => (gaveUp = true),
  }
  const supervisor = new Supervisor(parts, { ...OPTIONS, delay: 1 })
  supervisor.start()
  await up.promise
  await supervisor.stop()
  expect(children.map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual([1, 'SIGTERM'])
  expect(children.some(({ pid = 0 }) => alive(pid))).toBe(false)
  expect(gaveUp).toBe(false)
})
