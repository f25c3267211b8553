import { expect, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import type { Point } from '../../src/fault/where.ts'
import { failure } from '../support/agents.ts'
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

test('a triggered fault is ordered at once, and done when it is confirmed', async () => {
  const { plan, clock } = openPlan()
  const attempt = PlayedAttempt.at('ready', plan)
  const triggered = plan.trigger(fault.exit(3))
  await turns()
  expect(attempt.orders).toEqual(['1 exit {"code":3}'])
  attempt.faults.fired(1)
  await triggered
  expect(clock.pending.size).toBe(0)
})

test('a triggered fault waits for the hello of its agent', async () => {
  const { plan } = openPlan()
  const attempt = PlayedAttempt.at('welcomed', plan)
  const triggered = plan.trigger(fault.hang())
  await turns()
  expect(attempt.orders).toEqual([])
  attempt.faults.hello(['hang'], [])
  await turns()
  expect(attempt.orders).toEqual(['1 hang {}'])
  attempt.faults.fired(1)
  await triggered
})

test.each<
  [string, Stage, (attempt: PlayedAttempt) => void, { code: string; limit?: number; reason?: string }]
>([
  ['exits without a hello', 'welcomed', ({ faults }) => faults.exited(), { code: 'ERR_AGENT_EXITED' }],
  ['exits', 'ready', ({ faults }) => faults.exited(), { code: 'ERR_AGENT_EXITED' }],
  ['hangs up and exits', 'ready', hangUpAndExit, { code: 'ERR_AGENT_EXITED' }],
  ['hangs up', 'ready', ({ faults }) => faults.disconnected(), { code: 'ERR_AGENT_CLOSED' }],
  ['cannot', 'ready', refuse, { code: 'ERR_FAULT_UNSUPPORTED', reason: 'it may not' }],
  ['says nothing', 'ready', () => {}, { code: 'ERR_FAULT_UNFIRED', limit: 20 }],
])('a triggered fault of an agent that %s is refused', async (_what, stage, then, error) => {
  const { plan } = openPlan(error.limit)
  const attempt = PlayedAttempt.at(stage, plan)
  const refusal = failure(plan.trigger(fault.exit(1)))
  then(attempt)
  expect(await refusal).toMatchObject({ ...error, fault: 'exit(1)', agent: 'web', attempt: 1 })
})

test('a triggered fault that finds no connection is refused', async () => {
  const { plan } = openPlan()
  const attempt = PlayedAttempt.at('ready', plan)
  attempt.hears = false
  expect(await failure(plan.trigger(fault.exit(1)))).toMatchObject({ code: 'ERR_AGENT_CLOSED' })
})

function hangUpAndExit({ faults }: PlayedAttempt): void {
  void turns().then(() => {
    faults.disconnected()
    faults.exited()
  })
}

function refuse({ faults }: PlayedAttempt): void {
  void turns().then(() => faults.failed(1, 'it may not'))
}

test('what delays ready cannot be triggered once an agent is ready, or has become so', async () => {
  const { plan } = openPlan()
  const ready = PlayedAttempt.at('ready', plan)
  expect(await failure(plan.trigger(fault.neverReady()))).toMatchObject({ code: 'ERR_FAULT_TOO_LATE' })
  expect(ready.orders).toEqual([])
  ready.faults.exited()
  const starting = PlayedAttempt.at('greeted', plan, { number: 2 })
  const [late, kept] = [failure(plan.trigger(fault.neverReady())), plan.trigger(fault.exit(1))]
  await turns()
  starting.faults.reach('ready')
  expect(await late).toMatchObject({ code: 'ERR_FAULT_TOO_LATE' })
  starting.faults.fired(3)
  starting.faults.fired(2)
  await kept
})

test.each<[string, Stage, Point, boolean]>([
  ['has come to its point', 'ready', 'ready', true],
  ['has not come to its point', 'greeted', 'ready', false],
  ['has said no hello', 'welcomed', 'start', false],
  ['has exited', 'exited', 'ready', false],
  ['may have written', 'ready', { write: 1 }, false],
])('the end waits for an agent that owes an answer: one that %s', async (_what, stage, at, isAwaited) => {
  const { plan } = openPlan()
  plan.inject(fault.exit(1), { at })
  const { faults } = PlayedAttempt.at(stage, plan, { points: ['write'] })
  let over = false
  const settled = plan.settle().then(() => (over = true))
  await turns()
  expect(over).toBe(!isAwaited)
  faults.failed(1, 'it may not')
  await settled
})

test('the end waits for nobody else than it is asked to, and not for what was cancelled', async () => {
  const { plan } = openPlan()
  const injection = plan.inject(fault.exit(1))
  const { faults } = PlayedAttempt.at('ready', plan)
  const over: string[] = []
  const settled = [
    plan.settle('db').then(() => over.push('another agent')),
    plan.settle('web', 2).then(() => over.push('another attempt')),
    plan.settle('web', 1).then(() => over.push('it')),
  ]
  await turns()
  expect(over).toEqual(['another agent', 'another attempt'])
  faults.fired(1)
  await Promise.all(settled)
  plan.inject(fault.exit(2), { agent: 'db' }).cancel()
  injection.cancel()
  PlayedAttempt.at('ready', plan, { agent: 'db' })
  await plan.settle()
})

test('who cannot play a fault owes no answer', async () => {
  const { plan } = openPlan()
  plan.inject(fault.hang())
  PlayedAttempt.at('ready', plan, { can: ['exit'] })
  await plan.settle()
  expect(plan.unfired()).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
})
