import { expect, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import type { Point } from '../../src/fault/where.ts'
import { failure } from '../support/agents.ts'
import { turns } from '../support/until.ts'
import { openPlan, PlayedAttempt, type Stage } from './played-attempt.ts'

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
  [
    'hangs up without a hello',
    'welcomed',
    ({ faults }) => faults.disconnected(),
    { code: 'ERR_FAULT_UNSUPPORTED' },
  ],
  ['hangs up', 'ready', ({ faults }) => faults.disconnected(), { code: 'ERR_AGENT_CLOSED' }],
  ['cannot', 'ready', refuse, { code: 'ERR_FAULT_UNSUPPORTED', reason: 'it may not' }],
  ['says nothing', 'ready', () => {}, { code: 'ERR_FAULT_UNFIRED', limit: 20 }],
])('a triggered fault of an agent that %s is refused', async (_what, stage, then, error) => {
  const { plan } = openPlan(error.limit)
  plan.inject(fault.hang(), { at: { cue: 'x' } })
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
  void turns().then(() => faults.failed(2, 'it may not'))
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

test('what was cancelled, and what the system shows, is no answer of the agent', async () => {
  const { plan } = openPlan()
  plan.inject(fault.failSystemCall('fsync', 'EIO'))
  const injection = plan.inject(fault.exit(1))
  PlayedAttempt.at('ready', plan)
  injection.cancel()
  let over = false
  void plan.settle().then(() => (over = true))
  await turns()
  expect(over).toBe(true)
})

test('one answer that is owed is waited for, whatever else has been ordered', async () => {
  const { plan } = openPlan()
  plan.inject(fault.exit(1))
  plan.inject(fault.hang(), { at: { cue: 'x' } })
  const { faults } = PlayedAttempt.at('ready', plan)
  let over = false
  const settled = plan.settle().then(() => (over = true))
  await turns()
  expect(over).toBe(false)
  faults.fired(1)
  await settled
})

test('who cannot play a fault owes no answer', async () => {
  const { plan } = openPlan()
  plan.inject(fault.hang())
  PlayedAttempt.at('ready', plan, { can: ['exit'] })
  await plan.settle()
  expect(plan.unfired()).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
})
