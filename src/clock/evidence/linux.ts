import { existsSync } from 'node:fs'

import { Children } from './children.ts'
import type { Evidence, EvidenceSource } from './evidence.ts'
import { readProc, readStat, threadsOf, whyUnread } from './proc-files.ts'
import { ProcessView, TreeView } from './process-view.ts'
import { type Wait, waitsOf } from './system-calls.ts'
import { lookAtThread, withoutTimer } from './thread.ts'

/**
 * Reads what every thread of a process tree waits for from `/proc`. A look is no snapshot: whoever must know that nothing
 * happens looks twice, and compares the fingerprints. What wakes a process without showing in any thread, an alarm or a
 * timer behind a descriptor (timerfd), is not seen, nor is a program's own time limit on a socket (SO_RCVTIMEO).
 */
export class LinuxEvidenceSource implements EvidenceSource {
  readonly #waits: ReadonlyMap<number, Wait>
  readonly #readRuns: (pid: number, tid: number) => string

  private constructor(waits: ReadonlyMap<number, Wait>, readRuns: (pid: number, tid: number) => string) {
    this.#waits = waits
    this.#readRuns = readRuns
  }

  /** Undefined where the kernel does not show what is needed, or not in numbers known here. */
  static ofThisMachine(): LinuxEvidenceSource | undefined {
    const waits = process.platform === 'linux' ? waitsOf(process.arch) : undefined
    if (!waits) return undefined
    try {
      readProc('/proc/self/syscall')
      // A kernel that keeps no such statistics shows zeros.
      const keepsTime = !readProc('/proc/self/schedstat').startsWith('0 ')
      return new LinuxEvidenceSource(waits, keepsTime ? readSchedule : readSwitches)
    } catch (error) {
      whyUnread(error)
      return undefined
    }
  }

  look(pid: number, timerless: ReadonlySet<number> = NOBODY): Evidence {
    // What comes or goes during a look is hardly doing that during the next one, too.
    const views = this.#tree(pid, timerless)
    return new TreeView(views.some(({ vanished }) => vanished) ? this.#tree(pid, timerless) : views)
  }

  #tree(root: number, timerless: ReadonlySet<number>): ProcessView[] {
    const children = new Children()
    const views: ProcessView[] = []
    const visit = (pid: number, depth: number): ProcessView => {
      const view = new ProcessView(pid, depth)
      views.push(view)
      try {
        this.#read(view, children, timerless.has(pid))
      } catch (error) {
        if (whyUnread(error) === 'denied') view.deny()
        else view.vanished = true
      }
      view.heed(view.childIds.map((child) => visit(child, depth + 1)))
      return view
    }
    const view = visit(root, 0)
    view.dead ||= view.vanished && !existsSync(`/proc/${root}`)
    return views
  }

  #read(view: ProcessView, children: Children, timerless: boolean): void {
    const { pid } = view
    const { state, name } = readStat(pid)
    const tids = threadsOf(pid)
    view.name = name
    // The first thread may end before the others: then it stays as a zombie.
    view.dead = (state === 'Z' || state === 'X') && tids.length < 2
    if (view.dead) return
    for (const tid of tids) {
      const runs = this.#readRuns(pid, tid)
      const thread = lookAtThread(this.#waits, pid, tid)
      view.add(tid, runs, timerless ? thread && withoutTimer(thread) : thread)
      view.childIds.push(...children.of(pid, tid))
    }
  }
}

const NOBODY: ReadonlySet<number> = new Set()

/** Time on a processor, time in the queue for one, and how often it was given one. */
function readSchedule(pid: number, tid: number): string {
  return readProc(`/proc/${pid}/task/${tid}/schedstat`).trimEnd()
}

/** How often it gave a processor up. */
function readSwitches(pid: number, tid: number): string {
  const status = readProc(`/proc/${pid}/task/${tid}/status`)
  return status.slice(status.indexOf('voluntary_ctxt_switches')).trimEnd()
}
