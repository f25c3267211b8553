import fs from 'node:fs'

import { expect, onTestFinished, test } from 'vitest'

import { systemClock } from '../../src/clock/clock.ts'
import { type Fault, fault } from '../../src/fault/fault.ts'
import { FaultPlan } from '../../src/fault/fault-plan.ts'
import { faultSupport } from '../../src/fault/support.ts'
import { watchStarts } from '../../src/starts.ts'
import { failure } from '../support/agents.ts'
import { asOrdinaryUser } from '../support/ordinary-user.ts'
import { Scratch } from '../support/scratch.ts'
import { Script } from '../support/script.ts'

/** A machine on which no program is found. */
function bareMachine(): void {
  const { PATH } = process.env
  process.env['PATH'] = new Scratch().root
  onTestFinished(() => {
    if (PATH !== undefined) process.env['PATH'] = PATH
  })
}

test.each<[Fault, string]>([
  [fault.tooManyFiles(), '`prlimit` is not installed: `apt-get install util-linux`'],
  [fault.noFileDescriptors(), '`prlimit` is not installed: `apt-get install util-linux`'],
  [fault.noSpace(), '`unshare` is not installed: `apt-get install util-linux`'],
  [fault.noNetwork(), '`unshare` is not installed: `apt-get install util-linux`'],
  [fault.failSystemCall('fsync', 'EIO'), '`strace` is not installed: `apt-get install strace`'],
])('what %j needs and the machine lacks is named, with what helps', async (what, reason) => {
  bareMachine()
  expect(faultSupport(what)).toEqual({ supported: false, reason })
  const plan = new FaultPlan(systemClock)
  expect(() => plan.inject(what)).toThrow(
    expect.objectContaining({ code: 'ERR_FAULT_UNAVAILABLE', reason, fault: what.text }),
  )
  expect(plan.unfired()).toBeUndefined()
})

test('what is named `unshare` and gives no namespace has nothing mounted on this machine', () => {
  bareMachine()
  const tools = new Scratch()
  const mounted = tools.path('mounted')
  tools.shell('shift; while [ "$1" != sh ]; do shift; done; exec "$@"', 'unshare')
  tools.shell(`: > ${mounted}`, 'mount')
  for (const name of ['sh', 'readlink']) fs.symlinkSync(`/bin/${name}`, tools.path(name))
  process.env['PATH'] = tools.root
  expect(faultSupport(fault.noSpace())).toMatchObject({ supported: false })
  expect(fs.existsSync(mounted)).toBe(false)
})

test('a fault that cannot happen here cannot be triggered either', async () => {
  bareMachine()
  const error = await failure(new FaultPlan(systemClock).trigger(fault.outOfMemory()))
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNAVAILABLE' })
})

test('who is told of such a fault ends the test: no other fault fails it then', () => {
  bareMachine()
  const plan = new FaultPlan(systemClock)
  const told: string[] = []
  plan.inject(fault.exit(), { attempts: 2 })
  expect(plan.unfired()).toMatchObject({ code: 'ERR_FAULT_UNFIRED' })
  plan.onUnavailable = ({ message }) => {
    told.push(message)
    throw new Error('skipped')
  }
  expect(() => plan.inject(fault.noSpace())).toThrow('skipped')
  expect(told).toEqual([expect.stringContaining('cannot happen on this machine: `unshare` is not installed')])
  expect(plan.unfired()).toBeUndefined()
})

test('a machine that has everything can do all faults but those that are not for its user', () => {
  const starts: unknown[] = []
  onTestFinished(watchStarts((child) => starts.push(child)))
  const every = [
    fault.exit(),
    fault.tooManyFiles(),
    fault.noFileDescriptors(),
    fault.noSpace(),
    fault.noNetwork(),
    fault.jumpWallClock(1),
    fault.diesAtSystemCall('fsync'),
  ]
  expect(every.map(faultSupport)).toEqual(every.map(() => ({ supported: true })))
  // No test is to answer for what it takes to find that out, and no clock to wait for it.
  expect(starts).toEqual([])
})

test('root is exempt from the limit of processes, and another user is not', async () => {
  const scratch = new Scratch()
  const look = `
    const { fault, faultSupport } = await load('index.js')
    say([faultSupport(fault.forkFails()), faultSupport(fault.noProcesses())])
  `
  const ordinary = new Script(scratch, look, {}, 'script.mjs', asOrdinaryUser(scratch))
  expect(await ordinary.said()).toEqual([{ supported: true }, { supported: true }])
  if (process.getuid?.() !== 0) return
  const reason = 'root is exempt from RLIMIT_NPROC: run the tests as an ordinary user'
  expect(faultSupport(fault.noProcesses())).toEqual({ supported: false, reason })
})

test('a fault of another system is told with that', () => {
  const { platform } = process
  Object.defineProperty(process, 'platform', { value: 'win32' })
  onTestFinished(() => void Object.defineProperty(process, 'platform', { value: platform }))
  expect(faultSupport(fault.exit())).toEqual({ supported: true })
  expect(faultSupport(fault.freeze())).toEqual({
    supported: false,
    reason: 'it happens on linux and darwin, and this is win32',
  })
})

test('a system call that there is not is refused with those that were probably meant', () => {
  const plan = new FaultPlan(systemClock)
  expect(() => plan.inject(fault.failSystemCall('fsycn', 'EIO'))).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTION_INVALID',
      option: 'name',
      value: 'fsycn',
      fault: "failSystemCall('fsycn', 'EIO', 1)",
      message: expect.stringContaining('Did you mean `fsync`?'),
    }),
  )
})

test('what is no fault has no support, and is refused', () => {
  expect(() => faultSupport('exit' as never)).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTION_INVALID',
      message: expect.stringContaining('faultSupport takes a fault'),
    }),
  )
})
