import path from 'node:path'

import type { Evidence, Rest } from './evidence.ts'
import { readLongProc, whyUnread } from './proc-files.ts'
import { DENIED, type ThreadView } from './thread.ts'

/** From the most active down. */
const ORDER: readonly Rest[] = ['running', 'napping', 'dozing', 'parked', 'gone']

const UNSTEADY: ThreadView = { rest: 'running', text: 'running (it came or went during the look)' }

/** One process of a tree, as a look has found it. */
export class ProcessView {
  readonly pid: number
  readonly depth: number
  readonly childIds: number[] = []
  name = ''
  /** It has ended, and has perhaps not been waited for. */
  dead = false
  /** It, or a thread of it, was no longer there when its turn came. */
  vanished = false
  fingerprint = ''
  #busiest: ThreadView | undefined
  readonly #waiting: ThreadView[] = []

  constructor(pid: number, depth: number) {
    this.pid = pid
    this.depth = depth
  }

  get rest(): Rest {
    return this.dead ? 'gone' : this.#view.rest
  }

  /** @param runs what is different as soon as the thread has run */
  add(tid: number, runs: string, view: ThreadView | undefined): void {
    this.fingerprint += `${tid}:${runs};`
    if (!view) return
    if (view.awaits) this.#waiting.push(view)
    else this.#consider(view)
  }

  /** Its threads may not be looked at. */
  deny(): void {
    this.#consider(DENIED)
  }

  /** Takes note of its children, which some of its threads may be waiting for. */
  heed(children: readonly ProcessView[]): void {
    for (const view of this.#waiting) {
      const awaited = children.filter(({ pid }) => view.awaits?.(pid))
      const goesOn = awaited.length > 0 ? awaited.every(({ dead }) => !dead) : view.traces === true
      this.#consider(goesOn ? view : { rest: 'running', text: 'running (the child it waits for has ended)' })
    }
  }

  toString(): string {
    const text = this.dead ? 'gone' : this.#view.text
    return `${'  '.repeat(this.depth)}${this.pid} ${this.#title}: ${text}`
  }

  get #view(): ThreadView {
    return (this.vanished ? undefined : this.#busiest) ?? UNSTEADY
  }

  #consider(view: ThreadView): void {
    if (!this.#busiest || ORDER.indexOf(view.rest) < ORDER.indexOf(this.#busiest.rest)) this.#busiest = view
  }

  /** Node calls its first thread, and so the process, something that says nothing. */
  get #title(): string {
    if (this.name !== 'MainThread') return this.name || '(unknown)'
    try {
      return path.basename(readLongProc(`/proc/${this.pid}/cmdline`).split('\0', 1)[0] ?? '') || this.name
    } catch (error) {
      whyUnread(error)
      return this.name
    }
  }
}

/** All processes of a tree, the root first. */
export class TreeView implements Evidence {
  readonly rest: Rest
  readonly fingerprint: string
  readonly #views: readonly ProcessView[]

  constructor(views: readonly ProcessView[]) {
    const [root] = views
    const rests = new Set(views.map(({ rest }) => rest))
    this.rest = root?.rest === 'gone' ? 'gone' : (ORDER.find((rest) => rests.has(rest)) ?? 'gone')
    this.fingerprint = views.map(({ pid, fingerprint }) => `${pid}=${fingerprint}`).join(' ')
    this.#views = views
  }

  // Put together when asked for: a dump is made once, a look is taken thousands of times.
  get lines(): readonly string[] {
    return this.#views.map(String)
  }

  covers(pid: number): boolean {
    return this.#views.some((view) => view.pid === pid)
  }
}
