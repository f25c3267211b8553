import { expect, test } from 'vitest'

import { holds, notAJump, notALimit, notAwaitable } from '../../src/clock/call-checks.ts'
import { ClockErrors } from '../../src/clock/clock-errors.ts'
import { SuperviseError } from '../../src/errors.ts'

const SITE = Object.assign(new Error('set here'), {
  stack: 'Error: set here\n    at mine (/me.ts:1:1)\n    at yours',
})
const situation = { describe: () => ['web: at rest'] } as never
const errors = new ClockErrors(20.4, () => ({
  now: 5,
  situation,
  timers: [],
  open: [],
  inFlight: [],
  uncontrolled: [],
}))

test.each<[SuperviseError, object, string]>([
  [errors.deadlock(), { code: 'ERR_CLOCK_DEADLOCK' }, 'cannot happen any more'],
  [errors.stalled(), { code: 'ERR_CLOCK_STALLED', patience: 20.4 }, 'within 20 ms of real time'],
  [
    errors.endless('7 starts'),
    { code: 'ERR_CLOCK_STALLED' },
    'Time cannot move: 7 starts followed each other',
  ],
  [
    errors.beyondLimit(10, 20),
    { code: 'ERR_CLOCK_LIMIT', limit: 10 },
    'before 10 ms; the next timer is due at 20 ms',
  ],
  [errors.notDriven(30, SITE), { code: 'ERR_CLOCK_NOT_DRIVEN', ms: 30 }, 'A wait of 30 ms does not end'],
])('%s tells what is known', (error, facts, text) => {
  expect(error).toMatchObject({ ...facts, now: 5 })
  expect(error.message).toContain(text)
  expect(error.message).toContain('\nVirtual time is 5 ms.\nProcesses:\n  web: at rest\n')
})

test('an error leads to the call that it ends', () => {
  const lines = '\n    at mine (/me.ts:1:1)\n    at yours'
  const [late, idle, stuck] = [errors.leftMoving(SITE), errors.notDriven(30, SITE), errors.stalled()]
  expect(late).toMatchObject({ code: 'ERR_SCOPE_CLOSED', stack: `SuperviseError: ${late.message}${lines}` })
  expect(idle.stack).toBe(`SuperviseError: ${idle.message}${lines}`)
  expect(stuck.stack).not.toContain('mine')
  expect(errors.locate(stuck, SITE)).toBe(stuck)
  expect(stuck.stack).toBe(`SuperviseError: ${stuck.message}${lines}`)
})

test('what is no error of the clock leads to where it arose', () => {
  for (const other of [new Error('mine'), new SuperviseError('ERR_SCOPE_CLOSED', 'over'), errors.removed()]) {
    const { stack } = other
    expect([errors.locate(other, SITE), other.stack]).toEqual([other, stack])
  }
  expect(errors.locate('thrown', SITE)).toBe('thrown')
  expect(errors.removed()).toMatchObject({ code: 'ERR_SCOPE_CLOSED' })
})

test('calls that cannot be meant are refused with what they were given', () => {
  expect(notAJump('left')).toMatchObject({ code: 'ERR_OPTION_INVALID', option: 'as', value: 'left' })
  expect(notALimit(-1)).toMatchObject({ code: 'ERR_OPTION_INVALID', option: 'limit', value: -1 })
  expect(notAwaitable(5)).toMatchObject({ code: 'ERR_OPTION_INVALID', option: 'what', value: 5 })
  expect(() => holds(5)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID', option: 'condition', value: 5 }),
  )
})
