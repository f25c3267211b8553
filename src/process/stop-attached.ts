import { realDelay, realNow } from '../real-time.ts'
import type { AttachedAgent } from './agent-command.ts'
import { killAll } from './stop-tree.ts'
import { signalProcess } from './signals.ts'
import { descendantsOf, isAlive, type ProcessInfo, processTable } from './table/index.ts'

const POLL_MS = 5

/**
 * Stops agents that something else started, and what they started: SIGTERM, `grace` ms of real time, SIGKILL.
 * They are no children of this process, so their end makes no event here and is looked for.
 */
export async function stopAttached(agents: readonly AttachedAgent[], grace: number): Promise<void> {
  const table = agents.length > 0 ? processTable.younger() : []
  const pids = new Set(agents.map(({ hello }) => hello.pid))
  const roots = table.filter((info) => pids.has(info.pid))
  const trees = [...roots, ...descendantsOf(pids, table)]
  if (trees.length === 0) return
  for (const info of roots) if (!info.stopped) signalProcess(info, 'SIGTERM')
  const deadline = realNow() + grace
  const waits = (info: ProcessInfo): boolean => !info.stopped && isAlive(info)
  while (roots.some(waits) && realNow() < deadline) await realDelay(POLL_MS)
  await killAll('an agent started by agentCommand', () => false, { known: trees })
}
