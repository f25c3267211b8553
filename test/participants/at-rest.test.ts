import { expect, test } from 'vitest'

import { deferred } from '../../src/wait.ts'
import { openHarness } from '../support/harness.ts'

/** So much that V8 will look for garbage once more, some seconds after the program has come to rest. */
const PROGRAM = `
globalThis.kept = Array.from({ length: 300_000 }, (_, number) => ({ text: 'number ' + number }))
process.stdin.resume()
`

/** Less than V8 waits. ms of real time */
const SOON = 8000

test('what V8 will do later is not waited for at a dead end', { timeout: SOON }, async () => {
  const harness = await openHarness()
  const clock = harness.installClock()
  await harness.supervise(process.execPath, ['-e', PROGRAM], { clock: 'virtual' })
  await expect(clock.runUntil(deferred<void>().promise)).rejects.toMatchObject({ code: 'ERR_CLOCK_DEADLOCK' })
})

test('a program on the command line is no agent because it is given the path of one', async () => {
  const harness = await openHarness()
  harness.installClock()
  const { file, module = '' } = harness.agentCommand
  const args = ['-e', 'process.stdin.resume()', file, module]
  const running = await harness.supervise(process.execPath, args, { clock: 'virtual' })
  expect(running.result).toBeUndefined()
})

test('a program is named by the last parts of its arguments, also of those that end with a slash', async () => {
  const harness = await openHarness()
  const clock = harness.installClock()
  const args = ['-e', 'setTimeout(() => {}, 1000)', 'http://localhost:8080/', '/var/lib/', '/']
  await harness.supervise(process.execPath, args, { clock: 'virtual' })
  expect(clock.timers).toMatchObject([{ process: 'localhost:8080 lib / (1)' }])
})
