import { expect, test } from 'vitest'

import { errorOf, impatient, takeWarnings, underClock } from './under-clock.ts'

test('a program that never comes to rest cannot be started', async () => {
  const { start, harness } = await impatient()
  const error = await errorOf(start('const again = () => setImmediate(again)\nagain()'))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toContain('sup.cjs (1): at work: Immediate')
  expect(await harness.processes()).toEqual([])
})

test('a busy loop is named', async () => {
  const { start, clock } = await impatient()
  const running = await start('setTimeout(() => { while (true); }, 1000)')
  const error = await errorOf(clock.runUntil(running.exited))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toContain('sup.cjs (1): has not come to rest since its timer was called')
  expect(error.message).toMatch(/\d+ node: running/)
})

test('a loop of immediates that a timer begins is named', async () => {
  const { start, clock } = await impatient()
  const running = await start('const again = () => setImmediate(again)\nsetTimeout(again, 1000)')
  const error = await errorOf(clock.runUntil(running.exited))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toContain('sup.cjs (1): at work: Immediate')
  expect(error).toMatchObject({ now: 1000 })
})

test('a program that never comes to rest after it has heard of its child is named', async () => {
  const { start, clock } = await impatient()
  const running = await start(`
    const spawn = () => require('node:child_process').spawn('true').on('exit', () => { while (true); })
    setTimeout(spawn, 1000)`)
  const error = await errorOf(clock.runUntil(running.exited))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toContain(
    'sup.cjs (1): has not come to rest since it heard what its children had done',
  )
  expect(error.message).toMatch(/\d+ node: running/)
})

test('a thread that never comes to rest is named', async () => {
  const { start, clock } = await impatient()
  const running = await start(`
    const { Worker } = require('node:worker_threads')
    new Worker('setTimeout(() => { while (true); }, 1000)', { eval: true })`)
  const error = await errorOf(clock.runUntil(running.exited))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toContain('sup.cjs (1, thread 1): has not come to rest since its timer was called')
})

test('who waits for an answer that never comes rests', async () => {
  const { start, clock } = await underClock()
  const { createServer } = await import('node:http')
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const running = await start(`
    require('node:http').get('http://127.0.0.1:${port}').on('error', () => {})
    setTimeout(() => process.exit(4), 60_000)`)
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 4 })
  expect(clock.now).toBe(60_000)
  server.closeAllConnections()
  server.close()
})

test('a program that blocks for long in execSync is named with it', async () => {
  const { start, clock } = await impatient()
  const running = await start(`setTimeout(() => require('node:child_process').execSync('sleep 7411'), 1000)`)
  const error = await errorOf(clock.runUntil(running.exited))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toContain('sup.cjs (1): blocked in execSync, which takes real time')
  expect(error.message).toMatch(/ {4}\d+ sleep: dozing in clock_nanosleep/)
})

test('a program that blocks before its first rest is named with what it blocks in', async () => {
  const { start, harness } = await impatient()
  const error = await errorOf(start(`require('node:child_process').spawnSync('sleep', ['7412'])`))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toContain('sup.cjs (1): blocked in spawnSync, which takes real time')
  expect(await harness.processes()).toEqual([])
})

test('a program that blocks in Atomics.wait is named with it', async () => {
  takeWarnings()
  const { start, clock } = await impatient()
  const running = await start(
    `setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100_000), 1000)`,
  )
  const error = await errorOf(clock.runUntil(running.exited))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toContain('sup.cjs (1): blocked in Atomics.wait, which takes real time')
})

test('what a program waits for by execSync is waited for while no virtual time passes', async () => {
  const { start, clock } = await underClock()
  const running = await start(`
    const { execSync } = require('node:child_process')
    setInterval(() => {}, 50)
    setTimeout(() => {
      const before = Date.now()
      execSync('sleep 0.2')
      console.log(Date.now() - before)
      process.exit(4)
    }, 1000)`)
  await clock.runUntil(running.exited)
  expect(clock.now).toBe(1000)
  expect(running.stdout.text).toBe('0\n')
})

test('what is waited for by execSync has real time also where the network of the test is loaded, too', async () => {
  const { harness, start, clock } = await impatient()
  await harness.openNetwork()
  const running = await start(`
    const { execFileSync } = require('node:child_process')
    execFileSync(process.execPath, ['-e', 'setTimeout(() => {}, 200)'])
    setTimeout(() => process.exit(4), 1000)`)
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 4 })
  expect(clock.now).toBe(1000)
})

test('an ES module that blocks is named with what it blocks in', async () => {
  const { harness, scratch } = await impatient()
  const file = scratch.write(
    'sup.mjs',
    `import { execFileSync } from 'node:child_process'\nexecFileSync('sleep', ['7419'])`,
  )
  const error = await errorOf(harness.supervise(process.execPath, [file], { clock: 'virtual' }))
  expect(error.code).toBe('ERR_CLOCK_STALLED')
  expect(error.message).toContain('sup.mjs (1): blocked in execFileSync, which takes real time')
})
