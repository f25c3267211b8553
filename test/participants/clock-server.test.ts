import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

import { expect, onTestFinished, test } from 'vitest'

import type { Participant } from '../../src/clock/participants.ts'
import { ClockServer } from '../../src/participants/clock-server.ts'
import { Scratch } from '../support/scratch.ts'
import { until } from '../support/until.ts'

/** A server whose time is moved by the test, whatever is due, and a program that may go by it. */
function openServer(body: string, { args = [], before }: { args?: string[]; before?: string } = {}) {
  const scratch = new Scratch()
  const server = new ClockServer(
    { directory: scratch.root, name: '1' },
    {
      start: 0,
      seed: undefined,
      patience: 10_000,
      now: () => 0,
      onChange() {},
      stalled: () => new Error('somebody has not answered'),
    },
  )
  onTestFinished(() => server.release())
  server.open()
  const env = { ...process.env, ...server.environment(server.nextPlace(), {}) }
  if (before !== undefined) {
    env['NODE_OPTIONS'] = `--require ${scratch.write('before.cjs', before)} ${env['NODE_OPTIONS']}`
  }
  const child = spawn(process.execPath, [scratch.write('program.cjs', body), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return { server, output: text(child.stdout) }
}

async function rested(server: ClockServer): Promise<Participant> {
  return until('it rests', () => server.present.find(({ rests }) => rests))
}

test('what became due while nobody knew of a program is due now, and its time does not go back', async () => {
  const { server, output } = openServer(
    `setTimeout(() => console.log('first', Date.now()), 1000)
     setTimeout(() => console.log('second', Date.now()), 2000)
     setTimeout(() => console.log('third', Date.now()), 6000)`,
  )
  const participant = await rested(server)
  await server.setNow(5000)
  expect(participant.next).toBe(5000)
  await server.fire(participant, 5000)
  await server.fire(participant, 5000)
  expect(participant.next).toBe(6000)
  await server.fire(participant, 6000)
  expect(await output).toBe('first 5000\nsecond 5000\nthird 6000\n')
})

test('what a program has started counts once, also when it comes back over another connection', async () => {
  const { server } = openServer(
    `for (let n = 0; n < 3; n++) require('node:child_process').spawn('true', { stdio: 'ignore' })
     setTimeout(() => {
       for (const handle of process._getActiveHandles()) if (handle.constructor.name === 'Socket') handle.destroy()
     }, 1000)
     setTimeout(() => {}, 2000)`,
  )
  const first = await rested(server)
  expect(server.started).toBe(3)
  await server.fire(first, 1000)
  const second = await until('it is back', () => server.present.find((one) => one !== first && one.rests))
  expect(second.next).toBe(2000)
  expect(server.started).toBe(3)
})

test('a program with more words than a message holds has a short name', async () => {
  const args = Array<string>(20).fill('x'.repeat(100_000))
  const { server } = openServer('setTimeout(() => {}, 1000)', { args })
  const participant = await rested(server)
  expect(participant.name).toMatch(/^program\.cjs x+… \(1\)$/)
  expect(participant.name.length).toBeLessThan(100)
})

test('a program on a Node that does not tell what its event loop has heard has real time', async () => {
  const { output, server } = openServer(`setTimeout(() => console.log('over'), 1)`, {
    before: `Object.defineProperty(performance.nodeTiming, 'uvMetricsInfo', { value: undefined })`,
  })
  expect(await output).toBe('over\n')
  expect(server.isTaken('1')).toBe(false)
})
