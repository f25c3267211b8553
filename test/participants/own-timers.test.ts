import { expect, test } from 'vitest'

import { openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'

test('what a program does at the end of a real timer of less than a second comes before time moves', async () => {
  const harness = await openHarness()
  const clock = harness.installClock()
  const file = new Scratch().write(
    'program.cjs',
    `const began = Date.now()
const log = (what) => console.log(Date.now() - began, what)
setTimeout(log, 1000, 'timeout')
const signal = AbortSignal.timeout(300)
signal.addEventListener('abort', () => log('aborted'))`,
  )
  const running = await harness.supervise(process.execPath, [file], { clock: 'virtual' })
  await clock.runUntil(running.exited)
  expect(running.stdout.text).toBe('0 aborted\n1000 timeout\n')
  expect(clock.uncontrolled).toMatchObject([{ what: expect.stringContaining('AbortSignal.timeout') }])
})

test('the setTimeout of a request that has no connection yet comes before time moves', async () => {
  const harness = await openHarness()
  const clock = harness.installClock()
  const file = new Scratch().write(
    'program.cjs',
    `const http = require('node:http')
const began = Date.now()
const log = (what) => console.log(Date.now() - began, what)
const server = http.createServer((_, response) => setTimeout(() => response.end('late'), 10_000))
server.listen(0, () => {
  const request = http.get({ port: server.address().port }, () => log('answer'))
  request.on('error', () => log('error'))
  request.setTimeout(300, () => request.destroy())
})
setTimeout(() => process.exit(), 20_000)`,
  )
  const running = await harness.supervise(process.execPath, [file], { clock: 'virtual' })
  await clock.runUntil(running.exited)
  expect(running.stdout.text).toBe('0 error\n')
  expect(clock.uncontrolled).toMatchObject([{ what: 'setTimeout of an HTTP request, in program.cjs (1)' }])
})

test('fs.watchFile is named with its process', async () => {
  const harness = await openHarness()
  const clock = harness.installClock()
  const file = new Scratch().write(
    'program.cjs',
    `require('node:fs').watchFile(__filename, () => {})
setTimeout(() => process.exit(), 60_000)`,
  )
  const running = await harness.supervise(process.execPath, [file], { clock: 'virtual' })
  await clock.runUntil(running.exited)
  expect(clock.uncontrolled).toMatchObject([{ what: 'fs.watchFile, in program.cjs (1)' }])
})

test.each([
  ['on the command line', ['-e', 'AbortSignal.timeout(300); setTimeout(() => process.exit(), 1000)']],
  [
    'of the command line that is a module',
    ['--input-type=module', '-e', 'AbortSignal.timeout(300); setTimeout(() => process.exit(), 1000)'],
  ],
])('a real timer of a program %s is named, too', async (_, args) => {
  const harness = await openHarness()
  const clock = harness.installClock()
  const running = await harness.supervise(process.execPath, args, { clock: 'virtual' })
  await clock.runUntil(running.exited)
  expect(clock.uncontrolled).toMatchObject([{ what: 'AbortSignal.timeout, in node (1)', ms: 300 }])
})
