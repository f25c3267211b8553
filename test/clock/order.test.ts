import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, test } from 'vitest'

import { realDelay, realNow } from '../../src/real-time.ts'
import type { VirtualClockOptions } from '../../src/clock/clock-options.ts'
import { CrashLoop } from '../support/crash-loop.ts'
import { burn } from '../support/load.ts'
import { Scratch } from '../support/scratch.ts'
import { type OpenClock, openClock } from '../support/virtual-clock.ts'

/** Programs that end in the other order than they were started in, in real time. */
async function exitsOfFive(options?: VirtualClockOptions): Promise<string[]> {
  const { clock, log, note, remove } = openClock(options)
  const exits = [0.2, 0.15, 0.1, 0.05, 0].map(async (seconds, i) => {
    const child = spawn('sh', ['-c', `sleep ${seconds}; echo ${i}`])
    child.stdout.on('data', () => note(`output of ${i}`))
    await once(child, 'exit')
    note(`exit of ${i}`)
  })
  await clock.runUntil(Promise.all(exits))
  remove()
  return log
}

test('programs are heard in the order in which they were started, whichever ends first', async () => {
  expect(await exitsOfFive()).toEqual([0, 1, 2, 3, 4].flatMap((i) => [`0 output of ${i}`, `0 exit of ${i}`]))
})

test('a seed gives another order, the same every time', async () => {
  const first = await exitsOfFive({ seed: 1 })
  expect(first).not.toEqual(await exitsOfFive())
  expect(first.toSorted()).toEqual((await exitsOfFive()).toSorted())
  expect(await exitsOfFive({ seed: 1 })).toEqual(first)
  expect(await exitsOfFive({ seed: 2 })).not.toEqual(first)
})

async function fourLoops(seed?: number): Promise<string> {
  const open: OpenClock = openClock(seed === undefined ? {} : { seed })
  const loops = [1, 2, 3, 4].map(
    (i) =>
      new CrashLoop(open, (run) => spawn('sh', ['-c', `echo ${i}.${run}; echo more; exit ${i}`]), {
        runs: 4,
        name: `program ${i}`,
      }),
  )
  await open.clock.runUntil(Promise.all(loops.map(({ ended }) => ended)))
  open.remove()
  return open.log.join('\n')
}

test.for([undefined, 7])(
  'four programs that print, exit and come back give one log, under load, with seed %s',
  async (seed) => {
    burn(2)
    const logs = new Set<string>()
    for (let i = 0; i < 30; i++) logs.add(await fourLoops(seed))
    expect([...logs]).toHaveLength(1)
    expect([...logs][0]).toContain('7000 program 4 exits with 4')
  },
)

test('a child that reacts to a message of another one is heard after it', async () => {
  const open = openClock()
  const relay = spawn('cat')
  const first = spawn('sh', ['-c', 'echo one; exit 1'])
  first.stdout.on('data', (chunk: Buffer) => relay.stdin.end(chunk))
  first.on('exit', () => open.note('first exits'))
  relay.stdout.on('data', (chunk: Buffer) => open.note(`relayed ${chunk.toString().trim()}`))
  await open.clock.runUntil(once(relay, 'close'))
  expect(open.log).toEqual(['0 first exits', '0 relayed one'])
})

test('the answer to an event comes after the events that were there before it', async () => {
  const open = openClock()
  const [first, second] = [1, 2].map(() => {
    const child = spawn('cat')
    child.stdin.write('hello')
    return child
  })
  first?.stdout.on('data', (chunk: Buffer) => {
    open.note(`first: ${chunk.toString()}`)
    if (chunk.toString() === 'hello') first.stdin.end('answer')
    // Long enough for the answer to be there already.
    const end = realNow() + 20
    while (realNow() < end);
  })
  second?.stdout.on('data', (chunk: Buffer) => open.note(`second: ${chunk.toString()}`))
  await open.clock.settle()
  expect(open.log).toEqual(['0 first: hello', '0 second: hello', '0 first: answer'])
})

test('order holds also long after anything has happened', async () => {
  const open = openClock({}, { patience: 100 })
  await realDelay(200)
  const exits = [0.05, 0].map(async (seconds, i) => {
    await once(spawn('sh', ['-c', `sleep ${seconds}`]), 'exit')
    open.note(`exit of ${i}`)
  })
  await Promise.all(exits)
  expect(open.log).toEqual(['0 exit of 0', '0 exit of 1'])
})

test('a message that answers an output comes after what others had sent before it', async () => {
  const scratch = new Scratch()
  const file = scratch.node(
    `process.on('message', () => process.send('answer')); say('output'); process.send('hello')`,
  )
  const open = openClock()
  const [first, second] = [1, 2].map((i) => {
    const child = fork(file, { silent: true })
    child.on('message', (message) => open.note(`${i}: ${message as string}`))
    return child
  })
  first?.stdout?.on('data', () => {
    first.send('ping')
    const end = realNow() + 20
    while (realNow() < end);
  })
  await open.clock.settle()
  second?.kill()
  expect(open.log).toEqual(['0 1: hello', '0 2: hello', '0 1: answer'])
})
