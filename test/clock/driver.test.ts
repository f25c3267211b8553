import { expect, test } from 'vitest'

import { realNow, realTurn } from '../../src/real-time.ts'
import { scripted } from './scripted-participants.ts'

const NEVER = new Promise<never>(() => {})

test('time moves when the last has said that he rests', async () => {
  const { clock, change, told, host } = scripted({ programs: [{ rests: false }, {}] })
  const advanced = clock.advance(5)
  for (let turn = 0; turn < 20; turn++) await realTurn()
  expect(told).toEqual([])
  change({ rests: true })
  host.onChange()
  await advanced
  expect(told.slice(0, 2)).toEqual(['confirm', '5 is now'])
})

test('who never rests is not waited for longer than patience lasts, and is named', async () => {
  const { clock } = scripted({ programs: [{ rests: false, state: 'busy' }], patience: 30 })
  await expect(clock.runUntil(NEVER)).rejects.toMatchObject({
    code: 'ERR_CLOCK_STALLED',
    message: expect.stringContaining('  program 1: busy'),
  })
  expect(clock.now).toBe(0)
})

test('patience begins anew with each call', async () => {
  const { clock, change } = scripted({ programs: [{ rests: false }], patience: 30 })
  await expect(clock.settle()).rejects.toMatchObject({ code: 'ERR_CLOCK_STALLED' })
  const begin = realNow()
  await expect(clock.settle()).rejects.toMatchObject({ code: 'ERR_CLOCK_STALLED' })
  expect(realNow() - begin).toBeGreaterThanOrEqual(30)
  change({ rests: true })
  await clock.settle()
})

test('what somebody holds is heard before time moves', async () => {
  const { clock, told } = scripted({ programs: [{ next: 3 }, { waiting: true }] })
  await clock.advance(4)
  expect(told.filter((what) => what !== 'confirm')).toEqual([
    'program 2 hears',
    '3 program 1 fires',
    '4 is now',
  ])
})

test('what somebody holds is heard also while nobody moves time', async () => {
  const { told, host, heard } = scripted({ programs: [{ waiting: true }] })
  host.onChange()
  await heard()
  expect(told).toEqual(['confirm', 'program 1 hears'])
})

test('while nobody moves time, what is held is heard at last, though somebody never rests', async () => {
  const { told, host, heard } = scripted({
    programs: [{ waiting: true }, { rests: false }],
    patience: 30,
  })
  const begin = realNow()
  host.onChange()
  await heard()
  expect(told).toEqual(['program 1 hears'])
  expect(realNow() - begin).toBeGreaterThanOrEqual(30)
})

test('who cannot hear ends the call that moves time, and nothing while there is none', async () => {
  const give = (): Promise<never> => Promise.reject(new Error('deaf'))
  const { clock, change, host, heard } = scripted({ programs: [{ waiting: true }], answers: { give } })
  await expect(clock.advance(1)).rejects.toThrow('deaf')
  change({ waiting: true })
  host.onChange()
  await heard()
  await realTurn()
  await clock.settle()
})

test('who is not shown by the system is asked once more, until nothing has happened meanwhile', async () => {
  const answers = [false, false, true]
  const confirm = (): Promise<boolean> => Promise.resolve(answers.shift() ?? true)
  const { clock, told } = scripted({ answers: { confirm } })
  await clock.advance(1)
  expect(told.slice(0, 4)).toEqual(['confirm', 'confirm', 'confirm', '1 is now'])
})

test('who is shown by the system is not asked', async () => {
  const { clock, told } = scripted({ shown: [['parked']] })
  await clock.advance(1)
  expect(told).toEqual(['1 is now'])
  expect(clock.evidence).toBe('cooperative')
})

/** Looks until time has moved: two where everything is at rest, before and after some turns, and what came to them. */
test.each([
  ['rests', [['parked']], 2],
  [
    'has done something between two looks',
    [
      ['parked', 'a'],
      ['parked', 'b'],
    ],
    4,
  ],
  ['is at work at the second look', [['parked'], ['running'], ['parked']], 4],
  ['naps at the second look', [['dozing'], ['napping'], ['dozing']], 4],
  ['is at work at the first look', [['running'], ['parked']], 3],
  ['naps at the first look', [['napping'], ['parked']], 3],
] as const)('time does not move before two looks are alike: one who %s', async (_, shown, looks) => {
  const open = scripted({ shown, programs: [{ next: 7 }] })
  let looksBefore = 0
  const fired = open.clock.runUntil(() => {
    if (open.told.length > 0) return true
    looksBefore = open.looks
    return false
  })
  await fired
  expect(open.told).toEqual(['7 program 1 fires'])
  expect(looksBefore).toBe(looks)
})

test('what happens between two looks has both taken once more', async () => {
  const open = scripted({ shown: [['parked']], programs: [{ next: 7 }] })
  const looks: number[] = []
  let noted = false
  Object.defineProperty(open.programs[0], 'rests', {
    get() {
      if (!noted) queueMicrotask(() => open.host.onChange())
      noted = true
      return true
    },
  })
  await open.clock.runUntil(() => looks.push(open.looks) > 0)
  expect(looks).toEqual([3])
})

test('what is held is not heard before a nap is over', async () => {
  const open = scripted({
    shown: [['napping'], ['napping'], ['napping'], ['parked']],
    programs: [{ waiting: true }],
  })
  const looks: number[] = []
  await open.clock.runUntil(() => looks.push(open.looks) > 0)
  expect(open.told).toEqual(['program 1 hears'])
  expect(looks[0]).toBeGreaterThan(5)
})

test('naps without an end do not hold back what is held for longer than a second', async () => {
  const { host, heard } = scripted({ shown: [['napping']], programs: [{ waiting: true }], patience: 60_000 })
  const begin = realNow()
  host.onChange()
  await heard()
  expect(realNow() - begin).toBeGreaterThanOrEqual(1000)
})

test('somebody asleep may wake up as long as patience lasts, before that is the end', async () => {
  const { clock } = scripted({ shown: [['dozing']], patience: 1000 })
  const begin = realNow()
  await expect(clock.runUntil(NEVER)).rejects.toMatchObject({ code: 'ERR_CLOCK_DEADLOCK' })
  expect(realNow() - begin).toBeGreaterThanOrEqual(1000)
})

test('where everybody waits for ever that is the end, whatever patience there is', async () => {
  const { clock } = scripted({ shown: [['parked']], patience: 3_600_000 })
  const begin = realNow()
  await expect(clock.runUntil(NEVER)).rejects.toMatchObject({ code: 'ERR_CLOCK_DEADLOCK' })
  expect(realNow() - begin).toBeGreaterThanOrEqual(100)
  await clock.advance(1)
  await expect(clock.runUntil(NEVER)).rejects.toMatchObject({ code: 'ERR_CLOCK_DEADLOCK' })
})
