import { pbkdf2 } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'

import { describe, expect, onTestFinished, test } from 'vitest'

import { OwnThreads } from '../../src/clock/own-threads.ts'
import { until } from '../support/until.ts'

/** Those of this process, which are all asleep. */
async function idleThreads(): Promise<OwnThreads> {
  // Node starts them when there is work.
  await readFile(import.meta.filename)
  const threads = new OwnThreads()
  onTestFinished(() => threads.close())
  await until('all are asleep', () => !threads.atWork)
  return threads
}

/** A thread that waits for messages. */
async function waitingThread(): Promise<Worker> {
  const worker = new Worker(`require('node:worker_threads').parentPort.on('message', () => {})`, {
    eval: true,
  })
  onTestFinished(async () => void (await worker.terminate()))
  await once(worker, 'online')
  return worker
}

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('a thread is at work until it has done what it was given', async () => {
    const threads = await idleThreads()
    const deriving = promisify(pbkdf2)('secret', 'salt', 300_000, 64, 'sha512')
    expect(await until('one is at work', () => threads.atWork)).toBe(true)
    await deriving
    await until('all are asleep', () => !threads.atWork)
  })

  test('a thread that has ended meanwhile counts as at work, once', async () => {
    const one = await waitingThread()
    const threads = await idleThreads()
    const other = await waitingThread()
    // As many as before.
    await one.terminate()
    expect(threads.atWork).toBe(true)
    await until('all are asleep', () => !threads.atWork)
    expect(other.threadId).toBeGreaterThan(0)
  })
})

test('whose threads are looked at no more are asleep', () => {
  const threads = new OwnThreads()
  threads.close()
  threads.close()
  expect(threads.atWork).toBe(false)
})
