import { expect, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import type { Point } from '../../src/fault/where.ts'
import { turns } from '../support/until.ts'
import { openPlan, PlayedAttempt, type Stage } from './played-attempt.ts'

const LATE = expect.objectContaining({ code: 'ERR_FAULT_TOO_LATE' })

test('an agent is welcomed with the faults of its attempt that it plays itself, in the order of injection', () => {
  const { plan } = openPlan()
  plan.inject(fault.exit(1), { at: { cue: 'x' } })
  plan.inject(fault.notFound())
  plan.inject(fault.hang(), { attempts: 2 })
  plan.inject(fault.exit(2), { agent: 'db' })
  plan.inject(fault.noNetwork())
  plan.inject(fault.failSystemCall('fsync', 'EIO'))
  plan.inject(fault.jumpWallClock(5))
  plan.inject(fault.hang())
  const { faults, welcome } = PlayedAttempt.at('welcomed', plan)
  expect(faults.refusal).toBe('notFound')
  expect(faults.confinements).toEqual([
    { name: 'noNetwork', options: {} },
    { name: 'failSystemCall', options: expect.objectContaining({ name: 'fsync' }), id: 1 },
    { name: 'jumpWallClock', options: { ms: 5 } },
  ])
  expect(welcome).toEqual([
    '2 exit {"cue":"x"}',
    '3 noNetwork "start"',
    '4 jumpWallClock "ready"',
    '5 hang "ready"',
  ])
  expect(new PlayedAttempt(plan, { number: 2 }).faults).toMatchObject({
    refusal: undefined,
    confinements: [],
  })
})

test('a start that was not made ready for a fault is not told of it either', () => {
  const { plan } = openPlan()
  const attempt = PlayedAttempt.at('spawned', plan)
  const injection = plan.inject(fault.noNetwork(), { attempts: 'every' })
  expect(attempt.faults.welcome()).toEqual([])
  expect(injection.fired).toBe(false)
})

test.each<[Point, Stage, boolean]>([
  ['start', 'spawned', false],
  ['start', 'welcomed', true],
  [{ write: 1 }, 'spawned', false],
  [{ write: 9 }, 'welcomed', true],
  ['ready', 'greeted', false],
  ['ready', 'ready', true],
  [{ message: 3 }, 'ready', false],
  [{ message: 2 }, 'ready', true],
  [{ after: 0 }, 'greeted', false],
  [{ after: 101 }, 'ready', false],
  [{ after: 100 }, 'ready', true],
  [{ cue: 'x' }, 'ready', false],
  [{ cue: 'x' }, 'disconnected', true],
  [{ after: 1e9 }, 'disconnected', true],
])('at %j an attempt that is %s is struck too late: %s', (at, stage, isLate) => {
  const { plan, clock } = openPlan()
  const { faults } = PlayedAttempt.at(stage, plan, { points: ['write'] })
  if (stage === 'ready') faults.reach({ message: 2 })
  clock.moveTo(100)
  const injected = (): unknown => {
    try {
      return plan.inject(fault.exit(1), { at }).fired
    } catch (error) {
      return error
    }
  }
  expect(injected()).toEqual(isLate ? LATE : false)
})

test('a start that has failed is past every point, and one that is confined cannot be confined again', () => {
  const { plan } = openPlan()
  new PlayedAttempt(plan).faults.spawnFailed('ENOENT')
  expect(() => plan.inject(fault.exit(1), { at: { cue: 'x' } })).toThrow(LATE)
  PlayedAttempt.at('spawned', plan, { agent: 'db' })
  expect(() => plan.inject(fault.jumpWallClock(1), { agent: 'db', at: { cue: 'x' } })).toThrow(LATE)
})

test('a fault that is injected into a live agent is ordered when that comes to its point, and once', async () => {
  const { plan } = openPlan()
  const attempt = PlayedAttempt.at('greeted', plan)
  plan.inject(fault.exit(1), { at: { message: 2 } })
  plan.inject(fault.exit(2))
  plan.inject(fault.exit(3), { at: { cue: 'x' } })
  plan.inject(fault.exit(4), { at: { cue: 'x' }, attempts: 2 })
  plan.inject(fault.exit(5), { at: { cue: 'x' } }).cancel()
  attempt.faults.reach({ message: 1 })
  expect(attempt.orders).toEqual([])
  attempt.faults.reach('ready')
  attempt.faults.reach({ message: 2 })
  attempt.faults.reach({ message: 2 })
  for (const cue of ['y', 'x', 'x']) attempt.faults.reach({ cue })
  await turns()
  expect(attempt.orders).toEqual(['1 exit {"code":2}', '2 exit {"code":1}', '3 exit {"code":3}'])
})

test('ms after ready are counted from ready, whenever the fault was injected', async () => {
  const { plan, clock } = openPlan()
  const attempt = PlayedAttempt.at('greeted', plan)
  plan.inject(fault.exit(1), { at: { after: 50 } })
  plan.inject(fault.exit(9), { at: { cue: 'x' }, optional: true })
  clock.moveTo(10)
  expect(clock.pending.size).toBe(0)
  attempt.faults.reach('ready')
  clock.moveTo(20)
  attempt.faults.reach('ready')
  plan.inject(fault.exit(2), { at: { after: 80 } })
  expect([clock.pending.size, clock.awaits(60), clock.awaits(90)]).toEqual([2, true, true])
  clock.moveTo(60)
  await turns()
  expect(attempt.orders).toEqual(['1 exit {"code":1}'])
  attempt.faults.exited()
  await turns()
  expect(clock.pending.size).toBe(0)
})

test('what is injected before the welcome is told there alone, and what had to be made ready never', async () => {
  const { plan } = openPlan()
  const attempt = PlayedAttempt.at('spawned', plan)
  plan.inject(fault.exit(1))
  attempt.come('welcomed')
  plan.inject(fault.jumpWallClock(1), { attempts: 'every' })
  attempt.come('greeted')
  attempt.come('ready')
  await turns()
  expect([attempt.welcome, attempt.orders]).toEqual([['1 exit "ready"'], []])
})

test('an agent that has hung up is ordered nothing more, and nothing is taken back from it', async () => {
  const { plan } = openPlan()
  const told = plan.inject(fault.exit(1), { at: { cue: 'x' } })
  const attempt = PlayedAttempt.at('greeted', plan)
  plan.inject(fault.exit(2), { at: { cue: 'x' } })
  attempt.faults.disconnected()
  attempt.faults.reach({ cue: 'x' })
  told.cancel()
  await turns()
  expect(attempt.orders).toEqual([])
})

test('a message that has come stays behind, whatever comes after it', () => {
  const { plan } = openPlan()
  const { faults } = PlayedAttempt.at('ready', plan)
  faults.reach({ message: 1 })
  faults.reach({ cue: 'x' })
  expect(() => plan.inject(fault.exit(1), { at: { message: 1 } })).toThrow(LATE)
})

test('a cancelled fault is taken back from who was welcomed with it, and only that', () => {
  const { plan } = openPlan()
  plan.inject(fault.exit(1), { at: { cue: 'x' } })
  const injection = plan.inject(fault.exit(2), { at: { cue: 'x' } })
  const attempt = PlayedAttempt.at('greeted', plan)
  injection.cancel()
  expect(attempt.orders).toEqual(['not 2'])
})

test('what an agent confirms is told by its name, and once', () => {
  const { plan } = openPlan()
  const injection = plan.inject(fault.exit(1))
  const { faults } = PlayedAttempt.at('ready', plan)
  expect([faults.fired(7), injection.fired]).toEqual([undefined, false])
  expect([faults.fired(1), injection.fired]).toEqual(['exit', true])
  expect(faults.fired(1)).toBeUndefined()
  expect(plan.unfired()).toBeUndefined()
})

test('what an agent cannot play is told with its reason, unless it is no order of ours', () => {
  const { plan } = openPlan()
  plan.inject(fault.exit(1))
  const { faults } = PlayedAttempt.at('ready', plan)
  faults.failed(7, 'unheard of')
  faults.failed(1, 'it may not')
  expect(plan.unfired()).toMatchObject({
    code: 'ERR_FAULT_UNSUPPORTED',
    faults: [{ reason: 'agent "web" (attempt 1) says: it may not' }],
  })
})

test('a refused start confirms its fault by the error that this gives', () => {
  const { plan } = openPlan()
  const injection = plan.inject(fault.notExecutable(), { attempts: 'every' })
  const [other, impossible, refused] = [1, 2, 3].map((number) => new PlayedAttempt(plan, { number }).faults)
  expect(other?.spawnFailed('ENOENT')).toBeUndefined()
  impossible?.cannotRefuse('there is no file')
  expect(impossible?.spawnFailed('EACCES')).toBeUndefined()
  expect(injection.fired).toBe(false)
  expect(refused?.spawnFailed('EACCES')).toBe('notExecutable')
  expect(injection.fired).toBe(true)
  expect(new PlayedAttempt(plan, { number: 4, agent: 'db' }).faults.spawnFailed('EACCES')).toBe(
    'notExecutable',
  )
  expect(new PlayedAttempt(openPlan().plan).faults.spawnFailed('EACCES')).toBeUndefined()
})

test('what the system shows is looked for before the end is judged', () => {
  const { plan } = openPlan()
  plan.inject(fault.failSystemCall('fsync', 'EIO'))
  const { faults } = PlayedAttempt.at('exited', plan, { can: [] })
  faults.confined(() => faults.fired(1))
  expect(plan.unfired()).toBeUndefined()
})
