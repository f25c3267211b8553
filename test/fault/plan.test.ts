import { expect, test } from 'vitest'

import { systemClock } from '../../src/clock/clock.ts'
import { FaultPlan } from '../../src/fault/fault-plan.ts'
import { type Fault, fault } from '../../src/fault/fault.ts'
import type { Where } from '../../src/fault/where.ts'
import { SuperviseError } from '../../src/errors.ts'
import { realDelay } from '../../src/real-time.ts'
import { failure } from '../support/agents.ts'
import { turns } from '../support/until.ts'
import { openPlan, PlayedAttempt } from './played-attempt.ts'

test.each<[string, Where, readonly number[]]>([
  ['the first by default', {}, [1]],
  ['a number', { attempts: 2 }, [2]],
  ['a range', { attempts: [2, 3] }, [2, 3]],
  ['a range without an end', { attempts: [3, Infinity] }, [3, 4]],
  ['a function', { attempts: (n) => n % 2 === 0 }, [2, 4]],
  ['all', { attempts: 'every' }, [1, 2, 3, 4]],
  ['those of another agent', { agent: 'db', attempts: 'every' }, []],
])('attempts are chosen: %s', (_what, where, struck) => {
  const { plan } = openPlan()
  plan.inject(fault.exit(1), where)
  const numbers = [1, 2, 3, 4]
  expect(
    numbers.filter((number) => PlayedAttempt.at('greeted', plan, { number }).welcome.length > 0),
  ).toEqual(struck)
})

test.each<[Fault, Where, string]>([
  [fault.exit(1), { at: { message: 2 } }, 'exit(1) of any agent, attempt 1, at message 2'],
  [fault.exit(1), { attempts: [1, 3], agent: 'a' }, 'exit(1) of agent "a", attempts 1 to 3, at ready'],
  [
    fault.hang(),
    { attempts: 'every', at: { after: 5 } },
    'hang() of any agent, every attempt, 5 ms after ready',
  ],
  [fault.hang(), { at: { cue: 'x' } }, 'hang() of any agent, attempt 1, at the cue "x"'],
  [fault.hang(), { at: { write: 3 } }, 'hang() of any agent, attempt 1, at write 3'],
  [
    fault.hang(),
    { attempts: (n) => n === 7 },
    'hang() of any agent, the attempts of (n) => n === 7, at ready',
  ],
])('a fault is called in messages as it was injected: %s', (what, where, text) => {
  const { plan } = openPlan()
  plan.inject(what, where)
  expect(plan.unfired()?.message).toContain(`\n- ${text}: `)
})

test.each<[Fault, Where]>([
  [fault.noNetwork(), { at: 'ready' }],
  [fault.noNetwork(), { at: 'spawn' }],
  [fault.noNetwork(), { at: { cue: 'x' } }],
  [fault.neverReady(), { at: { after: 1 } }],
  [fault.exit(1), { at: 'spawn' }],
  [fault.exit(1), { attempts: [0, 1] }],
  [fault.exit(1), { attempts: [1] as never }],
  [fault.exit(1), { attempts: [1, 1.5] }],
  [fault.exit(1), { at: { after: Infinity } }],
  [fault.exit(1), { at: { after: '1' as never } }],
  [fault.exit(1), { at: { cue: 1 as never } }],
  [fault.exit(1), { at: { since: 'x' } as never }],
  [fault.exit(1), { at: null as never }],
])('%j cannot be injected with %j', (what, where) => {
  expect(() => openPlan().plan.inject(what, where)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
  )
})

test.each<[Fault, Where]>([
  [fault.neverReady(), { at: { message: 1 } }],
  [fault.neverReady(), { at: { cue: 'x' } }],
  [fault.noNetwork(), { at: 'start' }],
  [fault.jumpWallClock(1), { at: { after: 0 } }],
  [fault.exit(1), { attempts: [2, 2], at: { write: 1 }, optional: false }],
  [fault.notFound(), { at: 'spawn' }],
])('%j can be injected with %j', (what, where) => {
  expect(openPlan().plan.inject(what, where).fired).toBe(false)
})

test.each([undefined, null, 'exit', {}, { name: 'exit' }, { text: 'exit()' }])(
  '%j is no fault',
  async (value) => {
    const { plan } = openPlan()
    const invalid = (method: string): unknown =>
      expect.objectContaining({
        code: 'ERR_OPTION_INVALID',
        option: 'fault',
        message: expect.stringMatching(`^${method} takes a fault, .* but was given [^;!]*\\.$`),
      })
    expect(() => plan.inject(value as never)).toThrow(invalid('faults.inject'))
    expect(await failure(plan.trigger(value as never))).toEqual(invalid('faults.trigger'))
  },
)

test('where a fault strikes is said by an object of options', () => {
  const { plan } = openPlan()
  const refused = (where: unknown): unknown => {
    try {
      return plan.inject(fault.exit(1), where as Where)
    } catch (error) {
      return error
    }
  }
  expect(refused(5)).toMatchObject({ option: 'where', message: expect.stringContaining('faults.inject') })
  expect(refused({ agents: 'web' })).toMatchObject({ message: expect.stringContaining('faults.inject') })
})

test('a range is past when each of its attempts is', () => {
  const { plan } = openPlan()
  PlayedAttempt.at('ready', plan)
  plan.inject(fault.exit(1), { attempts: [1, 2], optional: true })
  PlayedAttempt.at('greeted', plan, { number: 2 })
  plan.inject(fault.exit(1), { attempts: [1, 2], optional: true })
  PlayedAttempt.at('ready', plan, { number: 3 })
  expect(() => plan.inject(fault.exit(1), { attempts: [3, 3] })).toThrow(
    expect.objectContaining({ code: 'ERR_FAULT_TOO_LATE', fault: 'exit(1)', agent: 'web', at: 'ready' }),
  )
  expect(plan.inject(fault.exit(1), { attempts: [2, 3], optional: true }).fired).toBe(false)
  expect(plan.inject(fault.exit(1), { attempts: [3, 4], optional: true }).fired).toBe(false)
})

test.each<[string, Fault, Where, (played: PlayedAttempt) => void, boolean, boolean]>([
  ['is ready', fault.exit(1), {}, () => {}, true, true],
  ['has exited', fault.exit(1), {}, ({ faults }) => faults.exited(), false, true],
  ['cannot play it', fault.freeze(), {}, () => {}, false, true],
  ['is ready for long', fault.neverReady(), {}, () => {}, false, true],
  ['has started', fault.notFound(), {}, () => {}, false, false],
  ['was not made ready for it', fault.noNetwork(), {}, () => {}, false, false],
  ['was not made ready for that', fault.jumpWallClock(1), { at: { cue: 'x' } }, () => {}, false, false],
])('what comes too late for who %s is told with what can be done', (_who, what, where, then, now, later) => {
  const { plan } = openPlan()
  then(PlayedAttempt.at('ready', plan))
  let message = ''
  try {
    plan.inject(what, where)
  } catch (error) {
    message = String(error)
  }
  expect(message).toContain('agent "web" (attempt 1) is past that already. ')
  expect(message.includes(`\`faults.trigger(fault.${what.text}, { agent: 'web' })\` plays it now, `)).toBe(
    now,
  )
  expect(message.includes('already. `')).toBe(true)
  expect(message.includes('`at` takes a later point')).toBe(later)
})

test('what no live agent can play is refused, and what one of them can is not', () => {
  const { plan } = openPlan()
  const where = { attempts: 'every', at: { cue: 'x' }, optional: true } as const
  PlayedAttempt.at('greeted', plan, { can: ['hang'] })
  expect(() => plan.inject(fault.exit(1), where)).toThrow(
    expect.objectContaining({ code: 'ERR_FAULT_UNSUPPORTED', agent: 'web', attempt: 1, can: ['hang'] }),
  )
  expect(plan.inject(fault.exit(1), { ...where, attempts: 2 }).fired).toBe(false)
  expect(plan.inject(fault.notFound(), { attempts: 'every', optional: true }).fired).toBe(false)
  PlayedAttempt.at('greeted', plan, { agent: 'db', can: ['exit'] })
  expect(plan.inject(fault.exit(1), where).fired).toBe(false)
  expect(() => plan.inject(fault.hang(), { ...where, at: { write: 1 } })).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/does not count its writes|can play only/) }),
  )
})

test.each<[string, readonly string[], readonly string[], string | undefined, object, RegExp]>([
  ['nobody', [], [], undefined, { code: 'ERR_AGENT_UNKNOWN' }, /^No agent lives .*: none was started\.$/],
  [
    'nobody of a name',
    ['db'],
    [],
    'web',
    { code: 'ERR_AGENT_UNKNOWN' },
    /^No agent "web" lives .* "db" live\.$/,
  ],
  ['who is gone', [], ['web'], undefined, { code: 'ERR_AGENT_CLOSED', fault: 'exit(1)' }, /^No agent lives/],
  ['who is gone, by name', ['db'], ['web'], 'web', { code: 'ERR_AGENT_CLOSED', agent: 'web' }, /"db" live/],
  [
    'one of two',
    ['web', 'db'],
    [],
    undefined,
    { code: 'ERR_OPTION_INVALID', option: 'agent', agents: ['web', 'db'] },
    /: "web", "db" live/,
  ],
  ['who has no name', ['web'], [], 7 as never, { code: 'ERR_OPTION_INVALID' }, /faults\.trigger/],
])('%s cannot be ordered a fault', async (_what, live, gone, agent, error, message) => {
  const { plan } = openPlan()
  for (const id of live) PlayedAttempt.at('ready', plan, { agent: id })
  for (const id of gone) PlayedAttempt.at('exited', plan, { agent: id })
  const options = agent === undefined ? {} : { agent }
  const refusal = await failure(plan.trigger(fault.exit(1), options))
  expect(refusal).toMatchObject(error)
  expect(refusal.message).toMatch(message)
})

test.each([fault.notFound(), fault.noNetwork(), fault.jumpWallClock(1)])(
  '%j cannot be triggered',
  async (what) => {
    const { plan } = openPlan()
    PlayedAttempt.at('ready', plan)
    expect(await failure(plan.trigger(what))).toMatchObject({
      code: 'ERR_FAULT_UNSUPPORTED',
      fault: what.text,
      message: expect.stringContaining('cannot be triggered'),
    })
  },
)

test('by default an agent has time to answer', async () => {
  const plan = new FaultPlan(systemClock, undefined, () => undefined)
  const { faults } = PlayedAttempt.at('ready', plan)
  const triggered = plan.trigger(fault.exit(1))
  await realDelay(20)
  faults.fired(1)
  await expect(triggered).resolves.toBeUndefined()
})

test('a start that is only being made is nobody to be ordered a fault', async () => {
  const { plan } = openPlan()
  PlayedAttempt.at('begun', plan)
  expect(await failure(plan.trigger(fault.exit(1)))).toMatchObject({ code: 'ERR_AGENT_CLOSED' })
})

test('a fault of any agent is in time as long as one of them is before its point', () => {
  const { plan } = openPlan()
  PlayedAttempt.at('ready', plan)
  PlayedAttempt.at('greeted', plan, { agent: 'db' })
  expect(plan.inject(fault.exit(1)).fired).toBe(false)
})

test('a fault is triggered in all live agents of a name', async () => {
  const { plan } = openPlan()
  const [gone, one, two] = [1, 2, 3].map((number) => PlayedAttempt.at('ready', plan, { number }))
  const other = PlayedAttempt.at('ready', plan, { agent: 'db' })
  gone?.faults.exited()
  const triggered = plan.trigger(fault.exit(1), { agent: 'web' })
  await turns()
  expect([gone, one, two, other].map((attempt) => attempt?.orders.length)).toEqual([0, 1, 1, 0])
  one?.faults.fired(1)
  two?.faults.fired(2)
  await triggered
})

test('what a start has to be made ready for is known before, and told when it changes', () => {
  const { plan } = openPlan()
  let changes = 0
  plan.onChange(() => (changes += 1))
  plan.inject(fault.exit(1))
  const injection = plan.inject(fault.noSpace(9), { agent: 'web', attempts: 2 })
  expect(changes).toBe(2)
  expect(plan.upcoming('web', 2)).toEqual([{ name: 'noSpace', options: { bytes: 9, directory: '.' } }])
  expect([plan.upcoming('web', 1), plan.upcoming('db', 2)]).toEqual([[], []])
  injection.cancel()
  expect([changes, plan.upcoming('web', 2)]).toEqual([3, []])
})

test('what the machine cannot do is refused before anything else is decided, and may end the test', async () => {
  const refusal = new SuperviseError('ERR_FAULT_UNAVAILABLE', 'not here', {})
  const limits = { ready: 1, patience: 1 }
  const plan = new FaultPlan(
    systemClock,
    () => limits,
    ({ name }) => (name === 'hang' ? refusal : undefined),
  )
  plan.inject(fault.exit(1))
  expect(() => plan.inject(fault.hang())).toThrow(refusal)
  expect(await failure(plan.trigger(fault.hang()))).toBe(refusal)
  expect(plan.unfired()).toMatchObject({ faults: [{ fault: 'exit(1)' }] })
  const told: unknown[] = []
  plan.onUnavailable = (error) => told.push(error)
  expect(() => plan.inject(fault.hang())).toThrow(refusal)
  expect(told).toEqual([refusal])
  expect(plan.unfired()).toBeUndefined()
})
