import type { Rest } from './evidence.ts'
import { peek, readProc, readStat, whyUnread } from './proc-files.ts'
import type { Call, Wait } from './system-calls.ts'

/** What one thread is about to do by itself. */
export interface ThreadView {
  readonly rest: Exclude<Rest, 'gone'>
  /** Where it waits, in words of a dump: `parked in futex`. */
  readonly text: string
  /** Set if it waits for children of its process. */
  readonly awaits?: (child: number) => boolean
  /** Whether it waits for what it traces, too. */
  readonly traces?: boolean
}

/** Said of what may not be looked at. */
export const DENIED: ThreadView = {
  rest: 'running',
  text:
    'taken for running, as this user may not read its /proc/<pid>/syscall: run it as the user of the test, and ' +
    'where kernel.yama.ptrace_scope is 2 or 3, set that to 1',
}

/**
 * A wait of a second is none that somebody would wait for. Milliseconds: less than that, because what is shown is what was
 * left when the wait began, and round numbers are set.
 */
const DOZE_MS = 950

/** Looks at one thread. Undefined: it has ended, though its process may live on. Throws system errors. */
export function lookAtThread(
  waits: ReadonlyMap<number, Wait>,
  pid: number,
  tid: number,
): ThreadView | undefined {
  let line: string
  try {
    line = readProc(`/proc/${pid}/task/${tid}/syscall`)
  } catch (error) {
    if (whyUnread(error) === 'vanished') throw error
    return DENIED
  }
  if (line.startsWith('running')) return RUNNING
  const [number, ...args] = line.trim().split(' ')
  // The last two are the stack pointer and the instruction's. Below 4 GiB there is the stack of a 32-bit program alone.
  const wait = (args.at(-2)?.length ?? 0) > '0xffffffff'.length ? waits.get(Number(number)) : undefined
  const call: Call = { args, peek: (address) => peek(pid, address) }
  const limit = wait ? wait.limit(call) : 0
  // Read last: who has been woken, but waits for a processor, still shows his wait, and only here that it is over.
  const { state } = readStat(pid, tid)
  switch (state) {
    case 'S':
      break
    case 'T':
      return STOPPED
    case 't':
      return tracerRests(pid, tid) ? STOPPED : TRACED
    case 'Z':
    case 'X':
      return undefined
    default:
      return { rest: 'running', text: `running (state ${state}${wait ? ` in ${wait.name}` : ''})` }
  }
  if (!wait) return { rest: 'running', text: `running (system call ${number})` }
  const { children, traced } = wait
  return {
    ...during(wait.name, limit),
    ...(children && { awaits: (child: number) => children(call, child), traces: traced?.(call) ?? false }),
  }
}

const RUNNING: ThreadView = { rest: 'running', text: 'running' }
const STOPPED: ThreadView = { rest: 'parked', text: 'parked (stopped by a signal)' }

const TRACED: ThreadView = { rest: 'running', text: 'running (its tracer is looking at it)' }

/** Whether whoever traces the thread leaves it stopped: while it looks at a system call, it goes on itself. */
function tracerRests(pid: number, tid: number): boolean {
  const tracer = /^TracerPid:\s*(\d+)$/m.exec(readProc(`/proc/${pid}/task/${tid}/status`))?.[1]
  return tracer !== undefined && tracer !== '0' && readStat(Number(tracer)).state === 'S'
}

/**
 * The same thread, of a process that has no timer. Node's event loop then waits for one all the same after some work: V8
 * looks for garbage once more some seconds later, in which nothing of the program takes part.
 */
export function withoutTimer(view: ThreadView): ThreadView {
  const { rest, text } = view
  if ((rest !== 'napping' && rest !== 'dozing') || !EVENT_LOOP.test(text)) return view
  return { ...view, rest: 'parked', text: `parked${text.slice(rest.length)}, for no timer of the program` }
}

const EVENT_LOOP = /\bepoll_/

function during(name: string, limit: number | undefined): ThreadView {
  if (limit === Infinity) return { rest: 'parked', text: `parked in ${name}` }
  if (limit === undefined) return { rest: 'napping', text: `napping in ${name}` }
  if (limit === 0) return { rest: 'running', text: `running (${name} is about to return)` }
  const rest = limit < DOZE_MS ? 'napping' : 'dozing'
  return { rest, text: `${rest} in ${name} (${Math.round(limit)} ms)` }
}
