import { getEventListeners } from 'node:events'

import { expect, test } from 'vitest'

import { realNow, realTurn } from '../../src/real-time.ts'
import { type ScriptedClock, scripted } from './scripted-participants.ts'

const NEVER = new Promise<never>(() => {})

/** A program that starts this many each time that it hears something, and has more to hear until there are `enough`. */
function starting(many: number, { enough = Infinity, patience = 10_000, takes = 0 } = {}): ScriptedClock {
  const give = async (): Promise<void> => {
    for (const begin = realNow(); realNow() - begin < takes;) await realTurn()
    open.started += many
    open.change({ waiting: open.started < enough })
  }
  const open = scripted({ programs: [{ waiting: true }], patience, answers: { give } })
  return open
}

test('starts that follow each other without an end are told, at the latest after a thousand', async () => {
  const { clock } = starting(60)
  await expect(clock.settle()).rejects.toMatchObject({
    code: 'ERR_CLOCK_STALLED',
    message: expect.stringMatching(/^Time cannot move: 1020 starts followed each other/),
  })
})

test('a thousand starts at one time are not too many', async () => {
  const { clock, told } = starting(100, { enough: 1000 })
  await clock.settle()
  expect(told.filter((what) => what !== 'confirm')).toHaveLength(10)
})

test('starts that take longer than patience lasts are too many after a hundred', async () => {
  const { clock } = starting(25, { patience: 500, takes: 130 })
  await expect(clock.settle()).rejects.toMatchObject({
    message: expect.stringMatching(/^Time cannot move: 125 starts followed each other/),
  })
})

test('time moved on the weakest evidence there was', async () => {
  const { clock, programs } = scripted()
  expect(clock.evidence).toBe('exact')
  await clock.advance(1)
  expect(clock.evidence).toBe('cooperative')
  programs.length = 0
  await clock.advance(1)
  expect(clock.evidence).toBe('cooperative')
})

test('timers of all are called in the order of their times, first those of this process', async () => {
  const open = scripted({ programs: [{ next: 4 }, { next: 2 }, { next: 3 }, { next: 3 }] })
  setTimeout(() => open.told.push(`${open.clock.now} own`), 3)
  setTimeout(() => open.told.push(`${open.clock.now} last own`), 6)
  expect(await open.clock.next()).toBe(2)
  await open.clock.advance(5)
  expect(open.told.filter((what) => what !== 'confirm')).toEqual([
    '2 program 2 fires',
    '3 is now',
    '3 own',
    '3 program 3 fires',
    '3 program 4 fires',
    '4 program 1 fires',
    '6 is now',
    '6 last own',
    '7 is now',
  ])
})

test('time does not go back for who is late', async () => {
  const open = scripted({ programs: [{}] })
  await open.clock.advance(10)
  open.change({ next: 4 })
  expect(await open.clock.next()).toBe(10)
  expect(open.told).toContain('10 program 1 fires')
})

test('a jump of the machine, and a time without it, are told to all', async () => {
  const open = scripted()
  await open.clock.jump(-5, { as: 'wall' })
  await open.clock.jump(8, { as: 'sleep' })
  expect(open.told.filter((what) => what !== 'confirm')).toEqual([
    'the machine jumps by -5',
    'nothing before 8',
    '8 is now',
  ])
  open.remove()
  expect(open.told.at(-1)).toBe('released')
})

test('what a timer throws ends the call, and the next call goes on', async () => {
  const open = scripted()
  setTimeout(() => {
    throw new Error('from a timer')
  }, 5)
  setTimeout(() => open.note('next'), 6)
  await expect(open.clock.advance(10)).rejects.toThrow('from a timer')
  expect(open.clock.now).toBe(5)
  await open.clock.advance(1)
  expect(open.log).toEqual(['6 next'])
})

test('a call that is given up ends at once, though somebody is at work, and leaves nothing', async () => {
  const { clock } = scripted({ programs: [{ rests: false }] })
  const call = new AbortController()
  const waiting = clock.runUntil(NEVER, { signal: call.signal })
  expect([clock.isMoving, getEventListeners(call.signal, 'abort').length]).toEqual([true, 1])
  call.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  expect([clock.isMoving, getEventListeners(call.signal, 'abort').length]).toEqual([false, 0])
})

test('time goes to the limit of a call, and not beyond', async () => {
  const open = scripted({ programs: [{ next: 10 }] })
  setTimeout(() => open.told.push('too late'), 11)
  await expect(open.clock.runUntil(NEVER, { limit: 10 })).rejects.toMatchObject({
    code: 'ERR_CLOCK_LIMIT',
    limit: 10,
  })
  expect(open.clock.now).toBe(10)
  expect(open.told.filter((what) => what !== 'confirm')).toEqual(['10 program 1 fires'])
})

test('a call of which nobody knows any more is told so, and who comes later', async () => {
  const open = scripted({ programs: [{ rests: false }] })
  const waiting = open.clock.runUntil(NEVER)
  open.remove()
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_SCOPE_CLOSED' })
  await expect(open.clock.settle()).rejects.toMatchObject({ code: 'ERR_SCOPE_CLOSED' })
})
