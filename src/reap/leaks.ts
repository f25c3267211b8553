import { SuperviseError } from '../errors.ts'
import { killAll } from '../process/stop-tree.ts'
import {
  descendantsOf,
  identity,
  isUnderMark,
  type ProcessInfo,
  processTable,
  snapshot,
  withDescendants,
  youngerProcesses,
} from '../process/table/index.ts'
import { realDelay, realNow } from '../real-time.ts'
import type { DirectSpawn } from './spawn-ledger.ts'

/** How long what has just been told to end may take to be gone. Milliseconds of real time. */
const SETTLE_MS = 500
const POLL_MS = 5

/** What a test may have left. */
export interface LeakScan {
  /** Everything started under this mark belongs to the test. */
  readonly mark: string
  /** And so do these, and what descends from them. */
  readonly spawns: readonly DirectSpawn[]
  /** And these, whatever has become of those that started them. */
  readonly kin?: Kin
}

/** Processes by identity, each with where the test started the one that it descends from, if that is known. */
export type Kin = Map<string, Error | undefined>

/**
 * Adds to `kin` what has been started by processes of the test that live. Nothing leads to that any more when these have
 * ended, if it has an environment of its own.
 */
export function noteKin({ mark, spawns }: LeakScan, kin: Kin, table = youngerProcesses()): void {
  for (const { child, site } of spawns) {
    if (child.pid === undefined || hasEnded(child)) continue
    for (const info of descendantsOf([child.pid], table)) kin.set(identity(info), site)
  }
  const marked = table.filter((info) => isUnderMark(info.mark, mark))
  for (const info of withDescendants(marked, table)) {
    if (!kin.has(identity(info))) kin.set(identity(info), undefined)
  }
}

/**
 * Looks for processes that outlived their test, kills them and all that they started, and gives back an
 * `ERR_PROCESS_LEAK` that names each with its command, pid, ancestry and where it was started; undefined if there are none.
 */
export async function findLeaks({
  mark,
  spawns,
  kin = new Map(),
}: LeakScan): Promise<SuperviseError | undefined> {
  const sites = new Map(
    spawns.flatMap(({ child, site }) => (hasEnded(child) ? [] : [[child.pid ?? 0, site] as const])),
  )
  // An orphan names no parent. If the test has started one thing only that has ended, that was it.
  const ended = spawns.filter(({ child }) => hasEnded(child))
  const likely = ended.length === 1 ? ended[0]?.site : undefined
  const survivors = (): { left: ProcessInfo[]; table: ProcessInfo[] } => {
    const table = processTable.younger()
    noteKin({ mark, spawns }, kin, table)
    const roots = table.filter((info) => sites.has(info.pid) || kin.has(identity(info)))
    return { left: withDescendants(roots, table), table }
  }
  let { left, table } = survivors()
  // What was killed a moment ago is no leak; its end makes no event here unless it is our own child.
  for (const end = realNow() + SETTLE_MS; left.length > 0 && realNow() < end; { left, table } = survivors()) {
    await realDelay(POLL_MS)
  }
  if (left.length === 0) return undefined
  left = left.map(snapshot)
  const names = left.map((info) => describe(info, table, sites, kin.get(identity(info)) ?? likely))
  await killAll('what the test left', (info) => isUnderMark(info.mark, mark), { known: left })
  const leak = new SuperviseError(
    'ERR_PROCESS_LEAK',
    `The test left ${left.length === 1 ? 'a process' : `${left.length} processes`} running, now killed:\n` +
      `${names.join('\n')}\nStop what the test starts before it ends (\`await agent.close()\`, ` +
      "`supervisor.stop()`), or set the option `leaks: 'warn'`.",
    { processes: left },
  )
  // A runner shows the code that an error's stack leads to: that which started the process says more than this.
  const [site = likely?.stack] = left.flatMap(
    (info) => (sites.get(info.pid) ?? kin.get(identity(info)))?.stack ?? [],
  )
  if (site !== undefined)
    leak.stack = `${leak.name}: ${leak.message}\n${site.split('\n').slice(1).join('\n')}`
  return leak
}

function hasEnded(child: DirectSpawn['child']): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

function describe(
  info: ProcessInfo,
  table: readonly ProcessInfo[],
  sites: ReadonlyMap<number, Error>,
  likely: Error | undefined,
): string {
  const ancestry: ProcessInfo[] = []
  for (let parent = parentOf(info, table); parent && ancestry.length < 8; parent = parentOf(parent, table)) {
    ancestry.push(parent)
  }
  const line = ancestry.map((parent) => `${parent.pid} ${shorten(parent.command, 40)}`).join(' < ')
  const owner = [info, ...ancestry].find((process) => sites.has(process.pid))
  const site = callSite(owner ? sites.get(owner.pid) : likely)
  return (
    `- pid ${info.pid}: ${shorten(info.command, 200)}` +
    (line ? `\n  started by ${line}` : info.ppid === process.pid ? '' : `\n  its parent has ended`) +
    (site ? `\n  spawned at ${site}` : '')
  )
}

function parentOf(info: ProcessInfo, table: readonly ProcessInfo[]): ProcessInfo | undefined {
  return table.find(({ pid }) => pid === info.ppid)
}

/** The first line of the stack that is neither Node's nor a library's. */
function callSite(error: Error | undefined): string | undefined {
  const lines = error?.stack?.split('\n').slice(1) ?? []
  return lines
    .map((line) => line.trim().replace(/^at /, ''))
    .find((line) => !/node:|[\\/]node_modules[\\/]/.test(line))
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}
