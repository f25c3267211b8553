import { type Clock, holding } from '../clock/clock.ts'
import { SuperviseError } from '../errors.ts'
import { realDelay, realNow, TIMED_OUT, within } from '../real-time.ts'
import { signalGroup, signalLeader, signalProcess } from './signals.ts'
import {
  descendantsOf,
  identity,
  isUnderMark,
  type ProcessInfo,
  processTable,
  snapshot,
  withDescendants,
  youngerProcesses,
} from './table/index.ts'

/** How long the kernel may take to end what was sent SIGKILL. Milliseconds of real time. */
const KILL_LIMIT = 5000

/** A process that leads a process group of its own, and all that it started. */
export interface ProcessTree {
  /** How messages call it. */
  readonly what: string
  readonly pid: number
  /** The `SUPERVISE_MARK` that it and its descendants were started with. */
  readonly mark: string
  /** Settles when the process itself has ended. */
  readonly exited: Promise<unknown>
  /** Whether it has. */
  hasExited(): boolean
}

/** How a tree is asked to end, before it is killed. */
export interface StopOptions {
  /** How long the process may take to exit after it was asked to. Milliseconds of `graceBy`. */
  readonly grace: number
  /** Does not move while processes are killed. */
  readonly clock: Clock
  /** Default: `clock`. */
  readonly graceBy?: Clock
  /** What asks it. Default SIGTERM. */
  readonly signal?: NodeJS.Signals
  /** Asks the process alone, whose business it then is to end what it has started. Default: its whole group. */
  readonly alone?: boolean
  readonly onTerm?: () => void
  readonly onSignal?: (signal: NodeJS.Signals) => void
}

/**
 * Stops a whole tree: SIGTERM to its group (or `signal`, to the process `alone`), `grace` ms to exit, SIGKILL; then SIGKILL
 * to every descendant that escaped the group, found by its mark or as a descendant of what was there when the stop began.
 * Resolves when all of them are gone. A process that is stopped (SIGSTOP) cannot handle SIGTERM and is given no grace.
 * Rejects with `ERR_AGENT_UNKILLABLE` when the kernel has not ended them 5 s after SIGKILL, and with `ERR_CLOCK_NOT_DRIVEN`
 * when nobody moved the clock by the grace: then they are gone, too.
 * @param onTerm what else tells the process to end; called just after SIGTERM was sent
 * @param onSignal told of the signals that the process itself was sent
 */
export async function stopTree(
  tree: ProcessTree,
  { grace, clock, graceBy = clock, signal: first = 'SIGTERM', alone = false, onTerm, onSignal }: StopOptions,
): Promise<void> {
  // While the process lives its children still name it as their parent; afterwards only the mark leads to them.
  const table = tree.hasExited() ? [] : youngerProcesses()
  const known = descendantsOf([tree.pid], table)
  const stopped = table.some((info) => info.pid === tree.pid && info.stopped)

  const signal = (name: NodeJS.Signals, send = signalGroup): void => {
    if (send(tree.pid, name) && !tree.hasExited()) onSignal?.(name)
  }
  if (!tree.hasExited()) signal(first, alone ? signalLeader : signalGroup)
  onTerm?.()
  const hurry = tree.hasExited() || stopped ? undefined : await exitWithin(tree, grace, graceBy)
  // It may have gone on starting things, and those that leave their session and their mark have it alone to be known by.
  if (alone && !tree.hasExited()) known.push(...descendantsOf([tree.pid], youngerProcesses()))
  await holding(clock, () => killTree(tree, known, signal))
  if (hurry) throw hurry
}

/** From here on everything takes but the time that the kernel needs. */
async function killTree(
  tree: ProcessTree,
  known: readonly ProcessInfo[],
  signal: (name: NodeJS.Signals) => void,
): Promise<void> {
  const ownsGroup = stillOwnsGroup(tree)
  if (ownsGroup) signal('SIGKILL')
  if (!tree.hasExited() && (await within(tree.exited, KILL_LIMIT)) === TIMED_OUT) {
    throw unkillable(tree, [processTable.get(tree.pid)])
  }
  const inGroup = (info: ProcessInfo): boolean => ownsGroup && info.pgid === tree.pid
  await killAll(tree.what, (info) => isUnderMark(info.mark, tree.mark) || inGroup(info), { known })
}

/**
 * Whether the group is still the tree's. The system gives a pid to nobody else while a group goes by it, so a process
 * that has the pid of one that ended leads a group of its own.
 */
function stillOwnsGroup(tree: ProcessTree): boolean {
  return !tree.hasExited() || processTable.get(tree.pid) === undefined
}

interface KillAllOptions {
  /** Processes that belong too, though their marks do not say so. */
  readonly known?: readonly ProcessInfo[]
  /** Where to look. Default: everything younger than this process. */
  readonly list?: () => ProcessInfo[]
}

/**
 * Sends SIGKILL to every process that `belongs`, to those in `known`, and to their descendants, again and again until
 * none is left. Gives back those that it found alive. Rejects with `ERR_AGENT_UNKILLABLE` after 5 s.
 */
export async function killAll(
  what: string,
  belongs: (info: ProcessInfo) => boolean,
  { known = [], list = youngerProcesses }: KillAllOptions = {},
): Promise<ProcessInfo[]> {
  const found = new Map(known.map((info) => [identity(info), info]))
  const killed = new Map<string, ProcessInfo>()
  const deadline = realNow() + KILL_LIMIT
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    const table = list()
    const roots = table.filter((info) => found.has(identity(info)) || belongs(info))
    const left = withDescendants(roots, table)
    if (left.length === 0) return [...killed.values()]
    if (realNow() > deadline) throw unkillable({ what }, left)
    for (const info of left) {
      found.set(identity(info), info)
      // Read while it still can be.
      killed.set(identity(info), snapshot(info))
      signalProcess(info, 'SIGKILL')
    }
    // The end of a process that is no child of ours makes no event.
    await realDelay(pause)
  }
}

/** Resolves when it has exited or the time is over; to the clock's error if that does not go on. */
async function exitWithin(
  tree: ProcessTree,
  grace: number,
  clock: Clock,
): Promise<SuperviseError | undefined> {
  const over = new AbortController()
  const timeout = clock
    .sleep(grace, over.signal)
    .catch((error: unknown) => (error instanceof SuperviseError ? error : undefined))
  const hurry = await Promise.race([tree.exited.then(() => undefined), timeout])
  over.abort()
  return hurry ?? undefined
}

function unkillable(
  tree: { readonly what: string },
  left: readonly (ProcessInfo | undefined)[],
): SuperviseError {
  const list = left.flatMap((info) => (info ? `pid ${info.pid} (${info.command})` : []))
  return new SuperviseError(
    'ERR_AGENT_UNKILLABLE',
    `${tree.what} is still there ${KILL_LIMIT} ms after SIGKILL: ${list.join(', ')}. It is in an uninterruptible ` +
      "system call (a hung disk or network mount), traced by a debugger, or another user's.",
    { processes: left },
  )
}
