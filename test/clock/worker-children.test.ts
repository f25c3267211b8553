import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

import { describe, expect, onTestFinished, test } from 'vitest'

import { WorkerChildren } from '../../src/clock/worker-children.ts'
import { alive } from '../support/alive.ts'
import { until } from '../support/until.ts'

/** A worker thread that starts a program when it is told to, and gives its pid. */
function worker(): { pid: () => Promise<number>; end: () => Promise<void> } {
  const thread = new Worker(
    `const { parentPort } = require('node:worker_threads')
    const { spawn } = require('node:child_process')
    parentPort.on('message', () => parentPort.postMessage(spawn('sleep', ['86400'], { stdio: 'ignore' }).pid))`,
    { eval: true },
  )
  const end = async (): Promise<void> => void (await thread.terminate())
  onTestFinished(end)
  const pid = async (): Promise<number> => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- It is no window.
    thread.postMessage('')
    const [started] = (await once(thread, 'message')) as [number]
    onTestFinished(() => void (alive(started) && process.kill(started, 'SIGKILL')))
    return started
  }
  return { pid, end }
}

function watched(): WorkerChildren {
  const children = new WorkerChildren()
  children.start()
  onTestFinished(() => children.stop())
  return children
}

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('the programs of worker threads are told, and not those of the main thread', async () => {
    const children = watched()
    const own = spawn('sleep', ['86400'], { stdio: 'ignore' })
    onTestFinished(() => void own.kill('SIGKILL'))
    const thread = worker()
    expect(children.pids).toEqual([])
    const pids = [await thread.pid(), await thread.pid()]
    expect(children.pids).toEqual(pids)
    process.kill(Number(pids[0]), 'SIGKILL')
    await until('one is gone', () => children.pids.length === 1)
    expect(children.pids).toEqual([pids[1]])
  })

  test('workers that began before the start, or after the stop, are no concern of it', async () => {
    const early = worker()
    await early.pid()
    const children = watched()
    expect(children.pids).toEqual([])
    children.stop()
    await worker().pid()
    expect(children.pids).toEqual([])
  })
})
