import { expect, test } from 'vitest'

import type { FaultPlan } from '../../src/fault/fault-plan.ts'
import { type Fault, fault } from '../../src/fault/fault.ts'
import type { Where } from '../../src/fault/where.ts'
import { openPlan, PlayedAttempt } from './played-attempt.ts'

const WRITER = { points: ['write'] }
const one = (plan: FaultPlan): PlayedAttempt => PlayedAttempt.at('ready', plan)

/** What the end of a test says of one fault that has not fired. */
test.each<[string, Fault, Where, (plan: FaultPlan) => unknown]>([
  ['no agent was started', fault.exit(1), {}, () => {}],
  ['no agent "db" was started', fault.exit(1), { agent: 'db' }, () => {}],
  ['no agent "db" was started, only "web", "x"', fault.exit(1), { agent: 'db' }, webAndX],
  ['only 1 attempt of agent "web" was made', fault.exit(1), { attempts: [2, 3] }, one],
  [
    'only 1 attempt of agent "web" was made; only 1 attempt of agent "x" was made',
    fault.exit(1),
    { attempts: 2 },
    webAndX,
  ],
  ['only 3 attempts of agent "web" were made', fault.exit(1), { attempts: 4 }, three],
  ['agent "web" (attempt 1) did not fail so', fault.notFound(), {}, one],
  [
    'agent "web" (attempt 1): there is no file (unsupported)',
    fault.notFound(),
    {},
    (plan) => new PlayedAttempt(plan).faults.cannotRefuse('there is no file'),
  ],
  [
    'agent "web" (attempt 1) could not be started (ENOENT)',
    fault.exit(1),
    {},
    (plan) => new PlayedAttempt(plan).faults.spawnFailed('ENOENT'),
  ],
  [
    'agent "web" (attempt 1) says: it may not (unsupported)',
    fault.exit(1),
    {},
    (plan) => one(plan).faults.failed(1, 'it may not'),
  ],
  [
    'agent "web" (attempt 1) never made that system call so often, or not in one thread',
    fault.failSystemCall('fsync', 'EIO'),
    {},
    (plan) => PlayedAttempt.at('exited', plan),
  ],
  [
    'agent "web" (attempt 1) can play only hang, exit (unsupported)',
    fault.freeze(),
    {},
    (plan) => PlayedAttempt.at('ready', plan, { can: ['hang', 'exit'] }),
  ],
  [
    'agent "web" (attempt 1) says that it can play no faults (unsupported)',
    fault.freeze(),
    {},
    (plan) => PlayedAttempt.at('exited', plan, { can: [] }),
  ],
  [
    'agent "web" (attempt 1) does not count its writes: `points` of its hello does not name them (unsupported)',
    fault.exit(1),
    { at: { write: 1 } },
    one,
  ],
  [
    'agent "web" (attempt 1) exited before it said hello',
    fault.exit(1),
    {},
    (plan) => PlayedAttempt.at('welcomed', plan).faults.exited(),
  ],
  [
    'agent "web" (attempt 1) exited before it fired at ready',
    fault.exit(1),
    {},
    (plan) => PlayedAttempt.at('greeted', plan).faults.exited(),
  ],
  [
    'agent "web" (attempt 1) has said no hello: a program plays faults only if it speaks the protocol (unsupported)',
    fault.exit(1),
    {},
    (plan) => PlayedAttempt.at('welcomed', plan),
  ],
  [
    'agent "web" (attempt 1) had ended its control connection',
    fault.exit(1),
    {},
    (plan) => PlayedAttempt.at('disconnected', plan),
  ],
  [
    'agent "web" (attempt 1) was there and did not confirm it: its standard error may say why',
    fault.exit(1),
    {},
    one,
  ],
  ['agent "web" (attempt 1) did not come to that point', fault.exit(1), { at: { message: 1 } }, one],
  [
    'agent "web" (attempt 1) did not come to that point',
    fault.exit(1),
    { at: { write: 1 } },
    (plan) => PlayedAttempt.at('ready', plan, WRITER),
  ],
  [
    'agent "web" (attempt 1) did not come to that point; agent "web" (attempt 2) did not come to that point; ' +
      'agent "web" (attempt 3) did not come to that point',
    fault.exit(1),
    { attempts: 'every', at: { cue: 'x' } },
    (plan) => [...three(plan), PlayedAttempt.at('ready', plan, { number: 4 })],
  ],
])('the end says: %s', (expected, what, where, then) => {
  const { plan } = openPlan()
  plan.inject(what, where)
  then(plan)
  const [, reason = '', unsupported] = /^(.*?)( \(unsupported\))?$/.exec(expected) ?? []
  const error = plan.unfired()
  expect(error).toMatchObject({
    code: unsupported === undefined ? 'ERR_FAULT_UNFIRED' : 'ERR_FAULT_UNSUPPORTED',
    faults: [{ fault: what.text, agent: where.agent, reason }],
  })
  expect(error?.message).toContain(`a fault that it injected has never fired:\n- ${what.text} of `)
  expect(error?.message).toContain(`: ${reason}.\n`)
})

function webAndX(plan: FaultPlan): void {
  for (const agent of ['web', 'x']) PlayedAttempt.at('ready', plan, { agent })
}

function three(plan: FaultPlan): PlayedAttempt[] {
  return [1, 2, 3].map((number) => PlayedAttempt.at('ready', plan, { number }))
}

test('what was injected too late for those that were there is told with that', () => {
  const { plan } = openPlan()
  one(plan)
  plan.inject(fault.exit(1), { attempts: 'every' })
  plan.inject(fault.notFound(), { attempts: 'every' })
  expect(plan.unfired()?.message).toContain(
    'agent "web" (attempt 1) was past that point when the fault was injected',
  )
})

test('of two faults of one start the second never strikes', () => {
  const { plan } = openPlan()
  const [first, second] = [plan.inject(fault.notFound()), plan.inject(fault.symlinkLoop())]
  new PlayedAttempt(plan).faults.spawnFailed('ENOENT')
  expect([first.fired, second.fired]).toEqual([true, false])
  expect(plan.unfired()).toMatchObject({
    faults: [
      {
        fault: 'symlinkLoop()',
        attempts: 'attempt 1',
        at: 'spawn',
        reason: 'another fault of starting came first for agent "web" (attempt 1)',
      },
    ],
  })
})

test('several faults are told of in one error, which is of support only if each is for want of that', () => {
  const { plan } = openPlan()
  plan.inject(fault.freeze())
  plan.inject(fault.freeze(), { attempts: (n) => n < 2 })
  plan.inject(fault.exit(1), { optional: true })
  PlayedAttempt.at('ready', plan, { can: [] })
  const unsupported = plan.unfired()
  expect(unsupported).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED', faults: [{}, { attempts: /n < 2/ }] })
  expect(unsupported?.message).toContain('2 faults that it injected have never fired:\n')
  plan.inject(fault.exit(1), { agent: 'db' })
  expect(plan.unfired()).toMatchObject({ code: 'ERR_FAULT_UNFIRED', faults: [{}, {}, {}] })
})

test('three agents are told of at most', () => {
  const { plan } = openPlan()
  plan.inject(fault.exit(1), { attempts: 2 })
  for (const agent of ['a', 'b', 'c', 'd']) PlayedAttempt.at('ready', plan, { agent })
  expect(plan.unfired()).toMatchObject({
    faults: [{ reason: expect.stringMatching(/"a".*"b".*"c" was made$/) }],
  })
})

test('one agent that cannot play a fault is reason enough', () => {
  const { plan } = openPlan()
  plan.inject(fault.exit(1), { attempts: 'every', at: { cue: 'x' } })
  one(plan)
  PlayedAttempt.at('ready', plan, { number: 2, can: [] })
  expect(plan.unfired()).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
})

test('what is optional, was cancelled or has fired is not told of', () => {
  const { plan } = openPlan()
  plan.inject(fault.exit(1), { optional: true })
  plan.inject(fault.exit(1)).cancel()
  expect(plan.unfired()).toBeUndefined()
})
