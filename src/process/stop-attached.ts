import { realDelay, realNow } from '../real-time.ts'
import type { AttachedAgent } from './agent-command.ts'
import { killAll } from './stop-tree.ts'
import { signalProcess } from './signals.ts'
import { isAlive, type ProcessInfo, processTable, withDescendants } from './table/index.ts'

const POLL_MS = 5

/**
 * Stops agents that something else started, and what they started: SIGTERM, `grace` ms of real time, SIGKILL.
 * They are no children of this process, so their end makes no event here and is looked for.
 */
export async function stopAttached(agents: readonly AttachedAgent[], grace: number): Promise<void> {
  const table = agents.length > 0 ? processTable.younger() : []
  // What was there when it said hello, not a later process with its pid.
  const startTimes = new Map(
    agents.flatMap(({ process }) => (process ? [[process.pid, process.startTime]] : [])),
  )
  const roots = table.filter((info) => startTimes.get(info.pid) === info.startTime)
  const trees = withDescendants(roots, table)
  if (trees.length === 0) return
  for (const info of roots) if (!info.stopped) signalProcess(info, 'SIGTERM')
  const deadline = realNow() + grace
  const waits = (info: ProcessInfo): boolean => !info.stopped && isAlive(info)
  while (roots.some(waits) && realNow() < deadline) await realDelay(POLL_MS)
  await killAll('an agent started by agentCommand', () => false, { known: trees })
}
