import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, onTestFinished, test } from 'vitest'

import type { Speaker } from '../../src/clock/route.ts'
import { Voices } from '../../src/clock/voices.ts'
import { alive } from '../support/alive.ts'
import { until } from '../support/until.ts'
import { openClock } from '../support/virtual-clock.ts'

/** A process that is no child of this one, and sleeps. */
function stranger(): number {
  const pid = Number(execFileSync('sh', ['-c', 'sleep 86400 >/dev/null 2>&1 & echo $!']))
  onTestFinished(async () => {
    process.kill(pid, 'SIGKILL')
    await until('the stranger is gone', () => !alive(pid))
  })
  return pid
}

const says = (pid: number | undefined, name = 'agent "w"'): Speaker => ({ name, pid, parked: true })
const isMute = (pid: number | undefined, name = 'a connection'): Speaker => ({ name, pid, parked: undefined })

/** Both orders in which two connections can come to be. */
const ORDERS = [
  ['before', [says, isMute]],
  ['after', [isMute, says]],
] as const

test.each(ORDERS)(
  'a child is known by the connection that says whether it rests, opened %s one that never does',
  async (_when, speakers) => {
    const open = openClock()
    const child = spawn('cat')
    await once(child, 'spawn')
    for (const speaker of speakers) open.clock.route(speaker(child.pid))
    await open.clock.advance(1000)
    expect(open.clock.evidence).toBe('cooperative')
    expect(open.clock.describe()).toContain('agent "w": at rest')
    expect(open.clock.describe()).not.toContain('a connection')
  },
)

test.each(ORDERS)(
  'a process that is no child is known by the connection that says whether it rests, opened %s one that never does',
  async (_when, speakers) => {
    const pid = stranger()
    const open = openClock()
    for (const speaker of speakers) open.clock.route(speaker(pid))
    await open.clock.advance(1000)
    expect(open.clock.evidence).toBe('cooperative')
    expect(open.clock.describe().match(/agent "w"/g)).toHaveLength(1)
    expect(open.clock.describe()).not.toContain('a connection')
  },
)

test.each(ORDERS)(
  'what a process that is no child sends over several connections is heard in the order in which it came, opened %s',
  async (_when, speakers) => {
    const [web, other] = [stranger(), stranger()]
    const open = openClock()
    const log: string[] = []
    const [one, two] = speakers.map((speaker) => open.clock.route(speaker(web)))
    const third = open.clock.route(says(other, 'agent "m"'))
    one?.deliver(() => log.push('w 1'))
    two?.deliver(() => log.push('w 2'))
    third.deliver(() => log.push('m'))
    one?.deliver(() => log.push('w 3'))
    await open.clock.settle()
    expect(log).toEqual(['m', 'w 1', 'w 2', 'w 3'])
  },
)

test('a connection takes the place of its process as soon as it says which one that is', async () => {
  const pid = stranger()
  const open = openClock()
  const log: string[] = []
  const late: { -readonly [K in keyof Speaker]: Speaker[K] } = says(undefined)
  const [one, two] = [open.clock.route(late), open.clock.route(isMute(pid))]
  late.pid = pid
  for (const n of [1, 2, 3, 4]) (n % 2 === 0 ? one : two).deliver(() => log.push(`${n}`))
  await open.clock.settle()
  expect(log).toEqual(['1', '2', '3', '4'])
  expect(open.clock.describe().match(/agent "w"/g)).toHaveLength(1)
})

test('what was sent over connections that have ended is heard, and their process is forgotten', async () => {
  const pid = stranger()
  const open = openClock()
  const log: string[] = []
  const routes = [open.clock.route(isMute(pid)), open.clock.route(says(pid))]
  routes.forEach((route, i) => route.deliver(() => log.push(`${i}`)))
  for (const route of routes) route.close()
  await open.clock.settle()
  expect(log).toEqual(['0', '1'])
  await open.clock.advance(1000)
  expect(open.clock.describe()).not.toContain('agent "w"')
  expect(open.clock.evidence).toBe('exact')
})

test('what a connection told of its process stands after its end, until another one tells', () => {
  const voices = new Voices()
  const [first, second] = [says(1), says(1)]
  const mute = isMute(1)
  expect(voices.main).toBeUndefined()
  voices.add(first)
  voices.add(mute)
  voices.remove(first)
  expect(voices.main).toBe(first)
  voices.add(second)
  expect(voices.main).toBe(second)
  voices.remove(mute)
  voices.remove(second)
  expect(voices.main).toBe(second)
})

test('of connections that never tell that with the first name stands for the process, whichever was first', () => {
  for (const names of [
    ['b', 'a'],
    ['a', 'b'],
  ]) {
    const voices = new Voices()
    for (const name of names) voices.add(isMute(1, name))
    expect(voices.main?.name).toBe('a')
  }
})
