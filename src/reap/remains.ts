import { killAll } from '../process/stop-tree.ts'
import { signalProcess } from '../process/signals.ts'
import type { SupervisorHandle } from '../process/supervisor-handle.ts'
import {
  withDescendants,
  identity,
  isAlive,
  isUnderMark,
  type ProcessInfo,
  processTable,
  snapshot,
} from '../process/table/index.ts'
import { realDelay, realNow } from '../real-time.ts'

/** What one way to end a supervisor has left. */
export interface Remains {
  /** The way: the end of its standard input, or a signal. */
  readonly by: 'eof' | NodeJS.Signals
  /** Whether the supervisor itself has ended. */
  readonly ended: boolean
  readonly processes: readonly LeftProcess[]
}

/** A process that outlived its supervisor. */
export interface LeftProcess extends ProcessInfo {
  /** The id by which it has said hello, if it is an agent of the test. */
  readonly agent?: string
  /** Whether it has left the process group that the supervisor leads. */
  readonly leftGroup: boolean
  /** Whether it was started by what the supervisor had started. */
  readonly isGrandchild: boolean
  /** Whether SIGTERM ended it. Undefined if it was not sent one, because the supervisor still ran. */
  readonly heedsTerm: boolean | undefined
}

const POLL_MS = 5
/** How long what was left may take to obey a SIGTERM before it is called deaf to it. Milliseconds of real time. */
const TERM_LIMIT = 200

/**
 * Ends a supervisor in this way, and finds what of its tree outlives it: `limit` ms for itself, and as many again for the rest,
 * of real time. Whatever is left then is killed; the handle is the caller's to close.
 */
export async function findRemains(
  handle: SupervisorHandle,
  by: Remains['by'],
  limit: number,
): Promise<Remains> {
  const tree = new Tree(handle)
  try {
    tree.look()
    if (by === 'eof') handle.endInput()
    else handle.kill(by)
    const ended = await waitUntil(limit, () => {
      tree.look()
      return handle.result !== undefined
    })
    if (ended) await waitUntil(limit, () => tree.look().length === 0)
    // Read while it can be.
    const left = tree.look().map(snapshot)
    const deaf = ended ? await deafToTerm(left) : undefined
    return { by, ended, processes: left.map((info) => tree.describe(info, deaf && !deaf.has(info))) }
  } finally {
    // First whoever would start it again.
    handle.kill('SIGKILL')
    await killAll('what a supervisor has left', () => false, { known: tree.look() })
  }
}

/** What a supervisor has started, also what nothing leads to any more once the supervisor has ended. */
class Tree {
  readonly #handle: SupervisorHandle
  /** As first seen, by pid and start time. */
  readonly #known = new Map<string, ProcessInfo>()

  constructor(handle: SupervisorHandle) {
    this.#handle = handle
  }

  /** Those that live, the supervisor left out. */
  look(): ProcessInfo[] {
    const { pid, mark } = this.#handle
    const table = processTable.younger()
    const roots = table.filter(
      (info) => info.pid === pid || this.#known.has(identity(info)) || isUnderMark(info.mark, mark),
    )
    const left = withDescendants(roots, table).filter((info) => info.pid !== pid)
    for (const info of left) {
      if (!this.#known.has(identity(info))) this.#known.set(identity(info), snapshot(info))
    }
    return left
  }

  describe(info: ProcessInfo, heedsTerm: boolean | undefined): LeftProcess {
    const { pid } = this.#handle
    // Whose child it was when it still had a parent.
    const { ppid } = this.#known.get(identity(info)) ?? info
    return { ...info, leftGroup: info.pgid !== pid, isGrandchild: ppid !== pid, heedsTerm }
  }
}

async function deafToTerm(left: readonly ProcessInfo[]): Promise<ReadonlySet<ProcessInfo>> {
  for (const info of left) signalProcess(info, 'SIGTERM')
  await waitUntil(TERM_LIMIT, () => !left.some(isAlive))
  return new Set(left.filter(isAlive))
}

/** Whether the condition came to hold within `limit` ms. */
async function waitUntil(limit: number, condition: () => boolean): Promise<boolean> {
  for (const end = realNow() + limit; ; await realDelay(POLL_MS)) {
    if (condition()) return true
    if (realNow() > end) return false
  }
}

/** A list of what each way has left, for a message. */
export function describeRemains(remains: readonly Remains[], limit: number): string {
  return remains.map((one) => describe(one, limit)).join('\n')
}

function describe({ by, ended, processes }: Remains, limit: number): string {
  const list = processes.map((process) => `\n    ${line(process)}`).join('')
  const how = by === 'eof' ? 'by the end of its input' : `by ${by}`
  if (!ended) {
    return processes.length === 0
      ? `- ${how}: it still runs ${limit} ms later`
      : `- ${how}: it still runs ${limit} ms later, and so do${list}`
  }
  if (processes.length === 0) return `- ${how}: nothing was left`
  return `- ${how}: it ended, and ${limit} ms later there still ${processes.length === 1 ? 'was' : 'were'}${list}`
}

function line({ pid, command, agent, leftGroup, isGrandchild, heedsTerm }: LeftProcess): string {
  const name = agent === undefined ? '' : ` (agent "${agent}")`
  const who = isGrandchild ? 'a grandchild' : 'a child'
  const where = leftGroup ? 'in a process group of its own' : 'in its process group'
  const term =
    heedsTerm === undefined
      ? ''
      : heedsTerm
        ? ', which a SIGTERM ends'
        : `, which a SIGTERM does not end within ${TERM_LIMIT} ms`
  return `pid ${pid}${name}: ${command.length > 200 ? `${command.slice(0, 200)}…` : command} (${who}, ${where}${term})`
}
