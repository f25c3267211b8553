import { existsSync, readdirSync } from 'node:fs'

import { readLongProc, readProc, threadsOf, whyUnread } from './proc-files.ts'

const HAS_LIST = existsSync(`/proc/self/task/${process.pid}/children`)

/** Finds children, as they are during one look. */
export class Children {
  readonly #hasList: boolean
  #byParent: ReadonlyMap<number, number[]> | undefined

  /** @param hasList whether the kernel keeps a list for every thread (CONFIG_PROC_CHILDREN) */
  constructor(hasList: boolean = HAS_LIST) {
    this.#hasList = hasList
  }

  /** Those that this thread of the process has started, zombies included. Throws system errors. */
  of(pid: number, tid: number): readonly number[] {
    if (this.#hasList) return numbers(readLongProc(`/proc/${pid}/task/${tid}/children`))
    // A kernel without that list names the parent's process alone.
    return (tid === pid && (this.#byParent ??= allByParent()).get(pid)) || []
  }
}

/**
 * The ids of the processes that this one has started, zombies included: also those that no `ChildProcess` stands for. In
 * no particular order; none where `/proc` does not show them.
 */
export function childrenOf(pid: number): number[] {
  const children = new Children()
  return vanishing(() => threadsOf(pid)).flatMap((tid) => [...vanishing(() => children.of(pid, tid))])
}

function vanishing(read: () => readonly number[]): readonly number[] {
  try {
    return read()
  } catch (error) {
    whyUnread(error)
    return []
  }
}

function numbers(text: string): number[] {
  const found: number[] = []
  for (const word of text.split(' ')) if (word !== '') found.push(Number(word))
  return found
}

function allByParent(): ReadonlyMap<number, number[]> {
  const found = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d/.test(name)) continue
    try {
      const text = readProc(`/proc/${name}/stat`)
      const parent = Number(text.slice(text.lastIndexOf(')') + 4).split(' ', 1)[0])
      found.set(parent, [...(found.get(parent) ?? []), Number(name)])
    } catch (error) {
      whyUnread(error)
    }
  }
  return found
}
