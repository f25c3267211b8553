import { expect, onTestFinished, test } from 'vitest'

import { bySource, type Channel, Source } from '../../src/clock/source.ts'

const CHANNELS: readonly Channel[] = ['end', 'exit', 'control', 'ipc', 'output']

function open(throttled = false): {
  source: Source
  log: string[]
  hold(text: string, stream?: number): void
} {
  const log: string[] = []
  const source = new Source(
    0,
    () => 'web',
    () => throttled,
  )
  const hold = (text: string, stream?: number): void =>
    source.hold(text.split(' ')[0] as Channel, () => log.push(text), stream)
  return { source, log, hold }
}

test('a turn gives out one channel after the other, and within one the lowest stream first', async () => {
  const { source, log, hold } = open()
  for (const channel of CHANNELS) hold(channel)
  hold('output on 2', 2)
  hold('output on 1', 1)
  hold('output again')
  const rests: string[] = []
  await source.turn(async (last) => {
    rests.push(`${log.length}${last ? ', the last' : ''}`)
    return true
  })
  expect(log).toEqual([
    'output',
    'output again',
    'output on 1',
    'output on 2',
    'ipc',
    'control',
    'exit',
    'end',
  ])
  expect(rests).toEqual(['4', '5', '6', '7', '8, the last'])
  expect(source.waiting).toBe(false)
})

test('what comes during a turn waits for the next one, and a turn may be ended', async () => {
  const { source, log, hold } = open()
  source.hold('output', () => {
    hold('output later')
    hold('ipc later')
  })
  hold('ipc')
  hold('exit')
  await source.turn(async () => log.length === 0)
  expect([log, source.waiting]).toEqual([['ipc'], true])
  await source.turn(async () => true)
  expect([log, source.waiting]).toEqual([['ipc', 'output later', 'ipc later', 'exit'], false])
})

test('while more of its output comes, a process is heard of by that alone', async () => {
  const { source, log, hold } = open(true)
  for (const channel of CHANNELS) hold(channel)
  await source.turn(async () => true)
  expect(log).toEqual(['output'])
})

test('what an event throws is thrown at nobody here, after the others of its channel', async () => {
  const { source, log, hold } = open()
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const thrown = new Promise((resolve) => process.once('uncaughtException', resolve))
  onTestFinished(() => {
    for (const listener of listeners) process.on('uncaughtException', listener)
  })
  const error = new Error('mine')
  source.hold('output', () => {
    throw error
  })
  hold('output')
  source.giveAll()
  expect(log).toEqual(['output'])
  expect(await thrown).toBe(error)
})

test('all is given out at once, also what comes meanwhile', () => {
  const { source, log, hold } = open()
  source.hold('exit', () => hold('output of the last moment'))
  hold('end')
  hold('ipc')
  source.giveAll()
  expect([log, source.waiting]).toEqual([['ipc', 'output of the last moment', 'end'], false])
})

test('sources come in the order of their starts, and others by their names', () => {
  const [one, two, b, a, other] = [[1], [2], [0, 'b'], [0, 'a'], [0, 'a']].map(
    ([order, name]) => new Source(order as number, () => String(name ?? '')),
  )
  expect([two, b, one, a].map((source) => source as Source).sort(bySource)).toEqual([a, b, one, two])
  expect([bySource(a as Source, other as Source), bySource(b as Source, a as Source)]).toEqual([0, 1])
})
