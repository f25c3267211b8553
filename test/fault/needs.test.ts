import { readdirSync, readFileSync } from 'node:fs'

import { expect, onTestFinished, test } from 'vitest'

import { systemClock } from '../../src/clock/clock.ts'
import { FaultPlan } from '../../src/fault/fault-plan.ts'
import { type Fault, fault } from '../../src/fault/fault.ts'
import { isSystemCall } from '../../src/fault/needs.ts'
import { faultSupport } from '../../src/fault/support.ts'
import { Scratch } from '../support/scratch.ts'

/** A machine that has these programs alone, each a line of a shell. */
function machineWith(programs: Readonly<Record<string, string>>): Scratch {
  const scratch = new Scratch()
  for (const [name, line] of Object.entries(programs)) scratch.shell(line, name)
  const { PATH } = process.env
  process.env['PATH'] = scratch.root
  onTestFinished(() => {
    if (PATH !== undefined) process.env['PATH'] = PATH
  })
  return scratch
}

const exempt = `${process.getuid?.() === 0 ? 'root' : 'this user'} is exempt from RLIMIT_NPROC`

test.each<[string, Fault, Readonly<Record<string, string>>, string]>([
  [
    'says why it fails',
    fault.noFileDescriptors(),
    { prlimit: 'echo " no way" >&2; exit 1' },
    'fails here: no way',
  ],
  ['fails silently', fault.noFileDescriptors(), { prlimit: 'exit 3' }, 'fails here: it exits with 3'],
  ['is killed', fault.cpuQuota(), { prlimit: 'kill -9 $$' }, '`prlimit` fails here: it exits with null'],
  [
    'is missing',
    fault.tooManyFiles(),
    { prlimit: '' },
    '`mkfifo` is not installed: `apt-get install coreutils`',
  ],
  ['does not limit', fault.noProcesses(), { prlimit: '' }, exempt],
  ['is forbidden', fault.noNetwork(), { unshare: 'echo EPERM >&2; exit 1' }, 'forbids'],
  [
    'has no effect',
    fault.jumpWallClock(1),
    { date: 'echo 2025' },
    'has no effect on the programs of this machine',
  ],
])('a program that %s makes a fault impossible', (_what, what, programs, reason) => {
  machineWith(programs)
  expect(faultSupport(what)).toEqual({ supported: false, reason: expect.stringContaining(reason) })
})

test.each<[Fault, Readonly<Record<string, string>>]>([
  [fault.tooManyFiles(), { prlimit: '', mkfifo: '' }],
  [fault.noProcesses(), { prlimit: 'case "$1" in --nproc*) exit 1; esac' }],
  [fault.noSpace(), { unshare: '[ "$2" = sh ] || [ "$5" = sh ]' }],
  [fault.noNetwork(), { unshare: '' }],
  [fault.failSystemCall('fsync', 'EIO'), { strace: '' }],
  [
    fault.jumpWallClock(1),
    { date: 'echo 2001; [ "$FAKETIME" = "@2001-02-03 04:05:06" ] && [ -f "$LD_PRELOAD" ]' },
  ],
])('%j is possible with the programs that it needs', (what, programs) => {
  machineWith(programs)
  expect(faultSupport(what)).toEqual({ supported: true })
})

test('a machine is asked once, and again when it has other programs', () => {
  const first = machineWith({
    prlimit: 'echo asked >> "${0%/*}/log"',
    strace: 'echo "invalid system call" >&2',
  })
  for (let i = 0; i < 2; i++) expect(faultSupport(fault.cpuQuota())).toEqual({ supported: true })
  expect(readFileSync(first.path('log'), 'utf8')).toBe('asked\n')
  expect([isSystemCall('fsync'), isSystemCall('fsync')]).toEqual([false, false])
  machineWith({ strace: 'echo "$*" >&2' })
  expect([isSystemCall('fsync'), faultSupport(fault.cpuQuota()).supported]).toEqual([true, false])
})

test('a system call that this machine has not is not suggested in its own place', () => {
  machineWith({ strace: 'case "$*" in *trace=none*) ;; *) echo "invalid system call" >&2; esac' })
  expect(() => new FaultPlan(systemClock).inject(fault.failSystemCall('fsync', 'EIO'))).toThrow(
    expect.objectContaining({
      value: 'fsync',
      message: expect.stringMatching(/^(?!.*Did you mean `fsync`).*is no system call of this machine/),
    }),
  )
})

test('what a user may write everywhere is found out by writing, and nothing is left of that', () => {
  machineWith({})
  const { root } = new Scratch()
  const { TMPDIR } = process.env
  process.env['TMPDIR'] = root
  onTestFinished(() => {
    if (TMPDIR === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = TMPDIR
  })
  expect(faultSupport(fault.unwritableDirectory('.')).supported).toBe(process.getuid?.() !== 0)
  expect(readdirSync(root)).toEqual([])
})
