/** A system call in which a thread sleeps, with the arguments as `/proc/<pid>/syscall` shows them: `0x…`. */
export interface Call {
  readonly args: readonly string[]
  /** Two words of the caller's memory: undefined when it may not be read, or is no longer there. */
  peek(address: string): readonly [bigint, bigint] | undefined
}

/** A system call that can wait. */
export interface Wait {
  readonly name: string
  /**
   * How long it waits by itself at most, in milliseconds: `Infinity` for ever, 0 not at all, undefined when that cannot be
   * told.
   */
  readonly limit: (call: Call) => number | undefined
  /** It waits for children of its process, and ends when one of them has. */
  readonly children?: (call: Call, child: number) => boolean
  /** Whether it waits for what its process traces, too. */
  readonly traced?: (call: Call) => boolean
}

/**
 * The waits by number, or undefined for an architecture whose numbers are not known here. Sources: Linux 6.1,
 * `arch/x86/entry/syscalls/syscall_64.tbl` and `include/uapi/asm-generic/unistd.h` (arm64). Numbers never change.
 */
export function waitsOf(arch: string): ReadonlyMap<number, Wait> | undefined {
  const column = { x64: 0, arm64: 1 }[arch]
  if (column === undefined) return undefined
  const rows = TABLE.map((row) => [row[column], row[2]] as const)
  return new Map(rows.filter((row): row is [number, Wait] => row[0] !== undefined))
}

/** An `int`, whatever the upper half of its register holds. */
const int = (arg = '0x0'): number => Number(BigInt.asIntN(32, BigInt(arg)))
const forEver = (): number => Infinity

const milliseconds =
  (at: number) =>
  ({ args }: Call): number => {
    const ms = int(args[at])
    return ms < 0 ? Infinity : ms
  }

/** Behind a pointer, seconds and a fraction; the null pointer means for ever. */
function behind(at: number, perMillisecond: number, since?: (call: Call) => number | undefined) {
  return (call: Call): number | undefined => {
    const address = call.args[at] ?? '0x0'
    if (address === '0x0') return Infinity
    const words = call.peek(address)
    const origin = since ? since(call) : 0
    if (!words || origin === undefined) return undefined
    return Math.max(0, Number(words[0]) * 1000 + Number(words[1]) / perMillisecond - origin)
  }
}

const timespec = (at: number, since?: (call: Call) => number | undefined) => behind(at, 1e6, since)
const timeval = (at: number) => behind(at, 1e3)

// Captured, as a test replaces both.
const { bigint: hrtime } = process.hrtime
const dateNow = Date.now
const monotonic = (): number => Number(hrtime()) / 1e6

/** The reading of a clock of the kernel, by its number in `<linux/time.h>`. */
function reading(clock: number): number | undefined {
  return [dateNow, monotonic][clock]?.()
}

const FUTEX_CLOCK_REALTIME = 256
/** From `<linux/futex.h>`. Only WAIT counts from its call on. */
const FUTEX = { WAIT: 0, LOCK_PI: 6, WAIT_BITSET: 9, WAIT_REQUEUE_PI: 11, LOCK_PI2: 13 }

function futex(call: Call): number | undefined {
  const flags = int(call.args[1])
  const operation = flags & 127
  if (operation === FUTEX.WAIT) return timespec(3)(call)
  if (!Object.values(FUTEX).includes(operation)) return 0
  const realTime = operation === FUTEX.LOCK_PI || (flags & FUTEX_CLOCK_REALTIME) !== 0
  return timespec(3, () => reading(realTime ? 0 : 1))(call)
}

const TIMER_ABSTIME = 1

function clockNanosleep(call: Call): number | undefined {
  const isAbsolute = (int(call.args[1]) & TIMER_ABSTIME) !== 0
  return timespec(2, isAbsolute ? () => reading(int(call.args[0])) : undefined)(call)
}

const F_SETLKW = 7
const F_OFD_SETLKW = 38
const fcntl = ({ args }: Call): number => ([F_SETLKW, F_OFD_SETLKW].includes(int(args[1])) ? Infinity : 0)

/** With this flag there is a structure with, perhaps, a time limit in it; without it there is none. */
const IORING_ENTER_EXT_ARG = 8
const ring = ({ args }: Call): number | undefined =>
  (int(args[3]) & IORING_ENTER_EXT_ARG) === 0 || args[4] === '0x0' ? Infinity : undefined

const P_PID = 1
const byWait4 = ({ args }: Call, child: number): boolean => int(args[0]) <= 0 || int(args[0]) === child
const byWaitid = ({ args }: Call, child: number): boolean => int(args[0]) !== P_PID || int(args[1]) === child

/** Set by those alone who wait for what they trace, which need not be their children. */
const WALL = 0x40000000
const forTraced = ({ args }: Call): boolean => (int(args[2]) & WALL) !== 0

const wait = (name: string, limit: Wait['limit'] = forEver): Wait => ({ name, limit })

/** On x64, on arm64, the wait. */
const TABLE: readonly (readonly [number | undefined, number | undefined, Wait])[] = [
  [0, 63, wait('read')],
  [1, 64, wait('write')],
  [2, undefined, wait('open')],
  [7, undefined, wait('poll', milliseconds(2))],
  [19, 65, wait('readv')],
  [20, 66, wait('writev')],
  [23, undefined, wait('select', timeval(4))],
  [34, undefined, wait('pause')],
  [35, 101, wait('nanosleep', timespec(0))],
  [43, 202, wait('accept')],
  [44, 206, wait('sendto')],
  [45, 207, wait('recvfrom')],
  [46, 211, wait('sendmsg')],
  [47, 212, wait('recvmsg')],
  [61, 260, { ...wait('wait4'), children: byWait4, traced: forTraced }],
  [65, 193, wait('semop')],
  [69, 189, wait('msgsnd')],
  [70, 188, wait('msgrcv')],
  [72, 25, wait('fcntl', fcntl)],
  [73, 32, wait('flock')],
  [128, 137, wait('rt_sigtimedwait', timespec(2))],
  [130, 133, wait('rt_sigsuspend')],
  [202, 98, wait('futex', futex)],
  // What a timed wait goes on in after its process has been stopped: which one, and for how long, is not shown.
  [219, 128, wait('restart_syscall', () => undefined)],
  [220, 192, wait('semtimedop', timespec(3))],
  [230, 115, wait('clock_nanosleep', clockNanosleep)],
  [232, undefined, wait('epoll_wait', milliseconds(3))],
  [247, 95, { ...wait('waitid'), children: byWaitid }],
  [257, 56, wait('openat')],
  [270, 72, wait('pselect6', timespec(4))],
  [271, 73, wait('ppoll', timespec(2))],
  [281, 22, wait('epoll_pwait', milliseconds(3))],
  [288, 242, wait('accept4')],
  [426, 426, wait('io_uring_enter', ring)],
  [441, 441, wait('epoll_pwait2', timespec(3))],
]
