import { createHook, type HookCallbacks } from 'node:async_hooks'

/** From here on Node reads a whole file by a job of its own, which is no active resource. */
const SINCE = 26
/** What such a job is called. */
const JOB = 'ReadFileJob'

/** Those under way in this thread, by their asynchronous ids. */
const reads = new Set<number>()
let watches = false

/** How many reads of whole files are under way in this thread that `process.getActiveResourcesInfo()` does not name. */
export function unnamedReads(): number {
  if (!watches) watch()
  return reads.size
}

function watch(): void {
  watches = true
  if (Number(process.versions.node.split('.')[0]) < SINCE) return
  const over = (id: number): boolean => reads.delete(id)
  const callbacks: HookCallbacks & { readonly trackPromises: boolean } = {
    // Promises are many, and cost much to be told of.
    trackPromises: false,
    init(id, _type, _trigger, resource) {
      if (resource.constructor?.name === JOB) reads.add(id)
    },
    after: over,
    destroy: over,
  }
  createHook(callbacks).enable()
}
