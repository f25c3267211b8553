import { expect, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import { FaultPlan } from '../../src/fault/fault-plan.ts'
import type { Where } from '../../src/fault/where.ts'
import { systemClock } from '../../src/clock/clock.ts'

test('a fault is a frozen value with its name, options, own point and text', () => {
  expect(fault.exit(3)).toEqual({ name: 'exit', options: { code: 3 }, at: 'ready', text: 'exit(3)' })
  expect(fault.signal().text).toBe(`signal('SIGKILL')`)
  expect(fault.ignoreSignal().options).toEqual({ signal: 'SIGTERM' })
  expect([fault.slowStart(5).at, fault.neverReady().at]).toEqual(['start', 'start'])
  expect([fault.notFound().at, fault.notExecutable().at]).toEqual(['spawn', 'spawn'])
  expect(
    Object.isFrozen(fault) && Object.isFrozen(fault.exit()) && Object.isFrozen(fault.exit().options),
  ).toBe(true)
})

test.each([
  ['exit', 'code', () => fault.exit(256)],
  ['exit', 'code', () => fault.exit(-1)],
  ['exit', 'code', () => fault.exit(1.5)],
  ['exit', 'code', () => fault.exit('1' as never)],
  ['signal', 'name', () => fault.signal('SIGNIX' as never)],
  ['signal', 'name', () => fault.signal(9 as never)],
  ['ignoreSignal', 'signal', () => fault.ignoreSignal('SIGKILL')],
  ['ignoreSignal', 'signal', () => fault.ignoreSignal('toString' as never)],
  ['slowStart', 'ms', () => fault.slowStart(-1)],
  ['corruptPidFile', 'file', () => fault.corruptPidFile('/var/run/x.pid')],
  ['stalePidFile', 'file', () => fault.stalePidFile('../x.pid')],
  ['unwritableDirectory', 'path', () => fault.unwritableDirectory('a/../..')],
  ['staleSocketFile', 'path', () => fault.staleSocketFile('/tmp/x.sock')],
  ['noSpace', 'directory', () => fault.noSpace(0, '/etc')],
  ['slowStart', 'ms', () => fault.slowStart(Infinity)],
  ['slowStart', 'ms', () => (fault.slowStart as () => unknown)()],
] as const)('%s refuses a bad %s by name', (name, argument, make) => {
  expect(make).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTION_INVALID',
      option: argument,
      message: expect.stringContaining(`\`${argument}\` of fault.${name}`),
    }),
  )
})

test.each([
  [{ agents: 'web' }, 'ERR_OPTION_UNKNOWN', 'Did you mean `agent`?'],
  [{ agent: 7 }, 'ERR_OPTION_INVALID', 'the id of an agent'],
  [{ agent: 'a/b' }, 'ERR_AGENT_ID_INVALID', '"a/b"'],
  [{ attempts: 0 }, 'ERR_OPTION_INVALID', 'a number from 1'],
  [{ attempts: 1.5 }, 'ERR_OPTION_INVALID', 'a number from 1'],
  [{ attempts: [3, 2] }, 'ERR_OPTION_INVALID', 'a number from 1'],
  [{ attempts: [1, 2, 3] }, 'ERR_OPTION_INVALID', 'a number from 1'],
  [{ attempts: 'all' }, 'ERR_OPTION_INVALID', `'every'`],
  [{ at: 'raedy' }, 'ERR_OPTION_INVALID', `'ready'`],
  [{ at: {} }, 'ERR_OPTION_INVALID', '{ cue: name }'],
  [{ at: { message: 0 } }, 'ERR_OPTION_INVALID', 'n from 1'],
  [{ at: { after: -1 } }, 'ERR_OPTION_INVALID', 'ms from 0'],
  [{ at: { cue: '' } }, 'ERR_OPTION_INVALID', '{ cue: name }'],
  [{ at: { cue: 'x', message: 1 } }, 'ERR_OPTION_INVALID', '{ cue: name }'],
  [{ at: { write: 0 } }, 'ERR_OPTION_INVALID', '{ write: n } with n from 1'],
  [{ at: 'spawn' }, 'ERR_OPTION_INVALID', `'start' or later`],
  [{ optional: 1 }, 'ERR_OPTION_INVALID', 'true or false'],
  [[], 'ERR_OPTION_INVALID', 'an object'],
] as [object, string, string][])('inject refuses %j', (where, code, message) => {
  const plan = new FaultPlan(systemClock)
  expect(() => plan.inject(fault.exit(1), where as Where)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  )
  expect(plan.unfired()).toBeUndefined()
})

test.each([
  [fault.notFound(), 'ready', `'spawn'`],
  [fault.notExecutable(), { message: 1 }, `'spawn'`],
  [fault.slowStart(1), 'ready', 'it comes too late then'],
  [fault.neverReady(), { after: 1 }, 'it comes too late then'],
] as const)('%j cannot strike at %j', (what, at, message) => {
  expect(() => new FaultPlan(systemClock).inject(what, { at })).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTION_INVALID',
      option: 'at',
      message: expect.stringContaining(message),
    }),
  )
})

test('what is no fault is refused, with what was meant', () => {
  const plan = new FaultPlan(systemClock)
  expect(() => plan.inject(fault.hang as never)).toThrow('call it: `fault.hang()`')
  expect(() => plan.inject('exit' as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
})
