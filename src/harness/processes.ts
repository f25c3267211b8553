import type { ChildProcess } from 'node:child_process'

import { SuperviseError, throwAll } from '../errors.ts'
import type { AgentCommands } from '../process/agent-command.ts'
import { AgentHandle } from '../process/agent-handle.ts'
import type { ProcessHandle } from '../process/process-handle.ts'
import { SupervisorHandle } from '../process/supervisor-handle.ts'
import {
  withDescendants,
  inOneLook,
  isUnderMark,
  type ProcessInfo,
  processTable,
  snapshot,
} from '../process/table/index.ts'
import { findLeaks, type Kin, type LeakScan, noteKin } from '../reap/leaks.ts'
import type { Run } from '../reap/run.ts'
import type { SpawnLedger } from '../reap/spawn-ledger.ts'

/** @internal What one harness has started itself, agents and supervisors, and how all of it ends. */
export class HarnessProcesses {
  readonly #handles: ProcessHandle[] = []
  readonly #run: Run
  readonly #mark: string
  readonly #over: AbortSignal
  /** What descends from the test's processes, noted while these lived. */
  readonly #kin: Kin = new Map()
  /** What the test starts without the harness, which answers for it, too. */
  ledger: SpawnLedger | undefined

  /** @param over aborts when the harness is closed: what is started later is stopped at once */
  constructor(run: Run, mark: string, over: AbortSignal) {
    this.#run = run
    this.#mark = mark
    this.#over = over
  }

  /** Takes on what has just been started. Throws `ERR_SCOPE_CLOSED` when the harness is closed. */
  adopt(handle: ProcessHandle): void {
    this.#handles.push(handle)
    this.#run.add(handle.pid)
    if (!this.#over.aborted) return
    void handle.close().catch(() => {})
    this.#over.throwIfAborted()
  }

  /** Which start of which agent this is: one that has this mark, or the number of one of these processes. */
  identify(
    mark: string | undefined,
    pids: readonly number[],
  ): { readonly agent: string; readonly attempt: number } | undefined {
    const agents = this.#handles.filter((handle) => handle instanceof AgentHandle)
    const found =
      agents.find((agent) => agent.mark === mark) ?? agents.findLast((agent) => pids.includes(agent.pid))
    return found && { agent: found.id, attempt: found.attempt }
  }

  /** How messages call what has this mark, or one of these processes, if it was started here. */
  nameOf(mark: string | undefined, pids: readonly number[]): string | undefined {
    const found =
      this.#handles.find((handle) => handle.mark === mark) ??
      this.#handles.findLast((handle) => pids.includes(handle.pid))
    return found && `${found}`
  }

  /** It and all that it started are gone. */
  release(handle: ProcessHandle): void {
    this.#run.remove(handle.pid)
  }

  get children(): Set<ChildProcess> {
    return new Set(this.#handles.map((handle) => handle.process))
  }

  /** Each under its name; empty if they printed nothing. */
  get output(): string {
    return this.#handles
      .flatMap((handle) => [handle.stdout, handle.stderr])
      .flatMap((output) => output.excerpt() ?? [])
      .join('\n')
  }

  /** Every live process of the test, however it was started, and their descendants. */
  list(): ProcessInfo[] {
    const table = processTable.younger()
    const own = new Set(this.#handles.filter((handle) => !handle.result).map((handle) => handle.pid))
    const roots = table.filter((info) => own.has(info.pid) || isUnderMark(info.mark, this.#mark))
    return withDescendants(roots, table).map(snapshot)
  }

  /** The pids of those that carry the test's mark. */
  marked(): number[] {
    return processTable
      .younger()
      .filter(({ mark }) => isUnderMark(mark, this.#mark))
      .map(({ pid }) => pid)
  }

  /** Stops supervisors before what they would start again. @param grace what agents of commands are given, in ms */
  async close(commands: AgentCommands | undefined, grace: number): Promise<void> {
    const isSupervisor = (handle: ProcessHandle): boolean => handle instanceof SupervisorHandle
    const first = this.#handles.filter(isSupervisor)
    const others = this.#handles.filter((handle) => !isSupervisor(handle))
    const stop = (handles: readonly ProcessHandle[], stopAgents?: () => Promise<void>) =>
      Promise.allSettled(
        inOneLook(() => {
          // Before anything of it ends: what it has started may then be nobody's.
          const scan = this.#leakScan(commands)
          if (scan) noteKin(scan, this.#kin)
          const closed: Promise<unknown>[] = handles.map((handle) => handle.close())
          return stopAgents ? [stopAgents(), ...closed] : closed
        }),
      )
    const stopped = [
      ...(first.length > 0 ? await stop(first) : []),
      ...(await stop(others, commands && (() => commands.close(grace)))),
    ]
    throwAll(
      stopped.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : [])).filter(isNews),
    )
  }

  /** What the test has left without it, by now killed, as `ERR_PROCESS_LEAK`. */
  async findLeak(commands: AgentCommands | undefined): Promise<SuperviseError | undefined> {
    const scan = this.#leakScan(commands)
    return scan && findLeaks({ ...scan, kin: this.#kin })
  }

  /** Undefined if nothing can have been left. */
  #leakScan(commands: AgentCommands | undefined): LeakScan | undefined {
    // What these started is gone with them, by proof. The rest can only come from elsewhere.
    const { children, ledger } = this
    const spawns = ledger?.spawns.filter(({ child }) => !children.has(child)) ?? []
    return spawns.length === 0 && commands === undefined ? undefined : { mark: this.#mark, spawns }
  }
}

/** Who closed an agent in virtual time and did not move that has been told so; the agent is gone. */
function isNews(error: unknown): boolean {
  return !(error instanceof SuperviseError && error.code === 'ERR_CLOCK_NOT_DRIVEN')
}
