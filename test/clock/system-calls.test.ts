import { describe, expect, test } from 'vitest'

import { type Wait, waitsOf } from '../../src/clock/evidence/system-calls.ts'

type Words = readonly [bigint, bigint]

/** The wait of this name, as called with these arguments, in a process whose memory has these words. */
interface Called {
  readonly wait: Wait
  readonly limit: number | undefined
}

function called(
  name: string,
  args: readonly (number | string)[],
  memory: Record<string, Words> = {},
): Called {
  const wait = [...(waitsOf('x64')?.values() ?? [])].find((one) => one.name === name)
  if (!wait) throw new Error(`there is no wait ${name}`)
  const shown = args.map((arg) =>
    typeof arg === 'string' ? arg : `0x${BigInt.asUintN(64, BigInt(arg)).toString(16)}`,
  )
  return { wait, limit: wait.limit({ args: shown, peek: (address) => memory[address] }) }
}

const limitOf = (...call: Parameters<typeof called>): number | undefined => called(...call).limit
const TWO_AND_A_HALF: Record<string, Words> = { '0xff': [2n, 500_000_000n] }

test('the numbers are those of the kernel', () => {
  const names = (arch: string): string =>
    [...(waitsOf(arch) ?? [])].map(([number, { name }]) => `${number} ${name}`).join(', ')
  expect(names('x64')).toBe(
    '0 read, 1 write, 2 open, 7 poll, 19 readv, 20 writev, 23 select, 34 pause, 35 nanosleep, 43 accept, 44 sendto, ' +
      '45 recvfrom, 46 sendmsg, 47 recvmsg, 61 wait4, 65 semop, 69 msgsnd, 70 msgrcv, 72 fcntl, 73 flock, ' +
      '128 rt_sigtimedwait, 130 rt_sigsuspend, 202 futex, 219 restart_syscall, 220 semtimedop, 230 clock_nanosleep, ' +
      '232 epoll_wait, 247 waitid, 257 openat, 270 pselect6, 271 ppoll, 281 epoll_pwait, 288 accept4, ' +
      '426 io_uring_enter, 441 epoll_pwait2',
  )
  expect(names('arm64')).toBe(
    '63 read, 64 write, 65 readv, 66 writev, 101 nanosleep, 202 accept, 206 sendto, 207 recvfrom, 211 sendmsg, ' +
      '212 recvmsg, 260 wait4, 193 semop, 189 msgsnd, 188 msgrcv, 25 fcntl, 32 flock, 137 rt_sigtimedwait, ' +
      '133 rt_sigsuspend, 98 futex, 128 restart_syscall, 192 semtimedop, 115 clock_nanosleep, 95 waitid, 56 openat, ' +
      '72 pselect6, 73 ppoll, 22 epoll_pwait, 242 accept4, 426 io_uring_enter, 441 epoll_pwait2',
  )
  expect(waitsOf('riscv64')).toBeUndefined()
})

test.each(['read', 'write', 'accept', 'flock', 'pause', 'rt_sigsuspend', 'wait4', 'openat'])(
  '%s waits for ever',
  (name) => {
    expect(limitOf(name, [])).toBe(Infinity)
  },
)

test.each([
  ['poll', 2],
  ['epoll_wait', 3],
  ['epoll_pwait', 3],
])('%s waits for the ms of its argument %i, an int', (name, at) => {
  const args = (ms: number | string): (number | string)[] => [...Array.from({ length: at }, () => 7), ms]
  expect(limitOf(name, args(1234))).toBe(1234)
  expect(limitOf(name, args(0))).toBe(0)
  expect(limitOf(name, args(-1))).toBe(Infinity)
  expect(limitOf(name, args('0xffffffff'))).toBe(Infinity)
  expect(limitOf(name, args('0x700000005'))).toBe(5)
  expect(limitOf(name, [])).toBe(0)
})

test.each([
  ['nanosleep', 0],
  ['rt_sigtimedwait', 2],
  ['ppoll', 2],
  ['semtimedop', 3],
  ['epoll_pwait2', 3],
  ['pselect6', 4],
])('%s waits for the time behind its argument %i', (name, at) => {
  const args = (address: string): (number | string)[] => [...Array.from({ length: at }, () => '0x1'), address]
  expect(limitOf(name, args('0xff'), TWO_AND_A_HALF)).toBe(2500)
  expect(limitOf(name, args('0x0'), TWO_AND_A_HALF)).toBe(Infinity)
  expect(limitOf(name, args('0xee'), TWO_AND_A_HALF)).toBeUndefined()
  expect(limitOf(name, [])).toBe(Infinity)
})

test('select waits for seconds and microseconds', () => {
  expect(limitOf('select', [1, 1, 1, 1, '0xff'], { '0xff': [1n, 500_000n] })).toBe(1500)
})

test('what a wait goes on in after a stop does not show how long that is', () => {
  expect(limitOf('restart_syscall', [])).toBeUndefined()
})

const inTwoSeconds = (now: number): Record<string, Words> => ({
  '0xff': [BigInt(Math.floor(now / 1000)) + 2n, BigInt(Math.floor(now % 1000)) * 1_000_000n],
})
const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6

function expectTwoSeconds(limit: number | undefined): void {
  expect(limit).toBeGreaterThan(0)
  expect(limit).toBeLessThanOrEqual(2000)
}

describe('futex', () => {
  test('WAIT counts from its call on', () => {
    expect(limitOf('futex', [1, 0, 1, '0xff'], TWO_AND_A_HALF)).toBe(2500)
    expect(limitOf('futex', [1, 128, 1, '0xff'], TWO_AND_A_HALF)).toBe(2500)
    expect(limitOf('futex', [1, 128, 1, '0x0'])).toBe(Infinity)
  })

  test.each([9, 11, 13, 9 + 128])(
    'operation %i waits until a time since the start of the machine',
    (operation) => {
      expectTwoSeconds(limitOf('futex', [1, operation, 1, '0xff'], inTwoSeconds(monotonic())))
      expect(limitOf('futex', [1, operation, 1, '0xff'], TWO_AND_A_HALF)).toBe(0)
    },
  )

  test.each([6, 6 + 128, 9 + 256, 11 + 256])('operation %i waits until a time of day', (operation) => {
    expectTwoSeconds(limitOf('futex', [1, operation, 1, '0xff'], inTwoSeconds(Date.now())))
    expect(limitOf('futex', [1, operation, 1, '0xff'], inTwoSeconds(monotonic()))).toBe(0)
  })

  test.each([1, 3, 5, 7, 10])('operation %i does not wait', (operation) => {
    expect(limitOf('futex', [1, operation, 1, '0xff'], TWO_AND_A_HALF)).toBe(0)
  })
})

test('clock_nanosleep waits for some time, or until one of the clock that it names', () => {
  const limit = (clock: number, flags: number, memory: Record<string, Words>): number | undefined =>
    limitOf('clock_nanosleep', [clock, flags, '0xff'], memory)
  expect(limit(1, 0, TWO_AND_A_HALF)).toBe(2500)
  expectTwoSeconds(limit(1, 1, inTwoSeconds(monotonic())))
  expectTwoSeconds(limit(0, 1, inTwoSeconds(Date.now())))
  // That of a process, which nobody reads here.
  expect(limit(2, 1, TWO_AND_A_HALF)).toBeUndefined()
})

test('fcntl waits for a lock alone', () => {
  expect([7, 38, 6, 1].map((operation) => limitOf('fcntl', [3, operation]))).toEqual([
    Infinity,
    Infinity,
    0,
    0,
  ])
})

test('io_uring_enter may have a time limit where it is given a structure', () => {
  const limit = (flags: number, argument: string): number | undefined =>
    limitOf('io_uring_enter', [3, 1, 1, flags, argument])
  expect(limit(1, '0xff')).toBe(Infinity)
  expect(limit(9, '0x0')).toBe(Infinity)
  expect(limit(9, '0xff')).toBeUndefined()
})

test('which children are waited for', () => {
  const awaits = (name: string, ...args: (number | string)[]): boolean | undefined =>
    called(name, args).wait.children?.({ args: args.map(String), peek: () => undefined }, 42)
  expect([
    awaits('wait4', '0xffffffff'),
    awaits('wait4', 0),
    awaits('wait4', 42),
    awaits('wait4', 41),
  ]).toEqual([true, true, true, false])
  expect([
    awaits('waitid', 0, 7),
    awaits('waitid', 1, 42),
    awaits('waitid', 1, 41),
    awaits('waitid', 2, 7),
  ]).toEqual([true, true, false, true])
  expect(awaits('read')).toBeUndefined()
})

test('who waits for what it traces says so', () => {
  const { wait } = called('wait4', [])
  const traces = (options: string): boolean | undefined =>
    wait.traced?.({ args: ['0xffffffff', '0x0', options], peek: () => undefined })
  expect([traces('0x40000000'), traces('0x40000002'), traces('0x2')]).toEqual([true, true, false])
  expect(called('waitid', []).wait.traced).toBeUndefined()
})
