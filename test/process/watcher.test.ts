import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, test } from 'vitest'

import { Watcher } from '../../src/process/watcher.ts'

test('a watcher tells the code of any child process', async () => {
  const child = spawn('/bin/sh', ['-c', 'exit 3'])
  expect(await new Watcher(child).wait()).toEqual({ pid: child.pid, exitCode: 3, signal: null })
})

test('a watcher tells the signal', async () => {
  const child = spawn('/bin/sh', ['-c', 'kill -INT $$'])
  expect(await new Watcher(child).wait()).toEqual({ pid: child.pid, exitCode: null, signal: 'SIGINT' })
})

test('a watcher of a process that has ended already tells how', async () => {
  const child = spawn('/bin/sh', ['-c', 'exit 3'])
  await once(child, 'exit')
  expect(await new Watcher(child).wait()).toEqual({ pid: child.pid, exitCode: 3, signal: null })
})

test('a watcher of a process that was killed already tells by which signal', async () => {
  const child = spawn('/bin/sh', ['-c', 'kill -INT $$'])
  await once(child, 'exit')
  expect(await new Watcher(child).wait()).toEqual({ pid: child.pid, exitCode: null, signal: 'SIGINT' })
})

test('a watcher does not wait for the pipes', async () => {
  const child = spawn('/bin/sh', ['-c', 'sleep 86400 & echo $!; exit 0'], { detached: true })
  expect(await new Watcher(child).wait()).toMatchObject({ exitCode: 0 })
  expect(child.stdout.closed).toBe(false)
  process.kill(-Number(child.pid), 'SIGKILL')
  await once(child, 'close')
})

test('an aborted wait leaves the process and no listener', async () => {
  const child = spawn('sleep', ['86400'])
  const watcher = new Watcher(child)
  const listeners = child.listenerCount('exit')
  for (let i = 0; i < 20; i++) {
    const stop = new AbortController()
    const waiting = watcher.wait(stop.signal)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  }
  expect(child.listenerCount('exit')).toBe(listeners)
  child.kill('SIGKILL')
  expect((await watcher.wait()).signal).toBe('SIGKILL')
})
