import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const TASKS = '/proc/self/task'

/**
 * The threads of this process that compress, derive keys, compile: what they do ends by itself, and Node names it nowhere.
 * Seen where there is `/proc`, and by the main thread alone; elsewhere they are taken for asleep.
 */
export class OwnThreads {
  /** Holds the number, the name and the state, which are the first things in a `stat`. */
  readonly #buffer = Buffer.alloc(48)
  #directory: number | undefined
  #links = 0
  #files: number[] = []

  constructor() {
    if (!isMainThread || process.platform !== 'linux') return
    try {
      this.#directory = openSync(TASKS, 'r')
    } catch {
      // Then there is nothing to be seen.
    }
  }

  /** Whether any of them is on a processor, or waits for one. */
  get atWork(): boolean {
    if (this.#directory === undefined) return false
    try {
      const { nlink } = fstatSync(this.#directory)
      if (nlink !== this.#links) this.#open(nlink)
      return this.#files.some((file) => this.#runs(file))
    } catch {
      // One has come or gone meanwhile.
      this.#links = 0
      return true
    }
  }

  close(): void {
    this.#closeFiles()
    if (this.#directory !== undefined) closeSync(this.#directory)
    this.#directory = undefined
  }

  #runs(file: number): boolean {
    const length = readSync(file, this.#buffer, 0, this.#buffer.length, 0)
    const text = this.#buffer.toString('latin1', 0, length)
    // The name of a thread can hold anything. Not `syscall`, which waits for threads that are about to fall asleep.
    const state = text.charAt(text.lastIndexOf(')') + 2)
    return state === 'R' || state === 'D'
  }

  #open(links: number): void {
    this.#closeFiles()
    const others = readdirSync(TASKS).filter((tid) => Number(tid) !== process.pid)
    for (const tid of others) this.#files.push(openSync(`${TASKS}/${tid}/stat`, 'r'))
    this.#links = links
  }

  #closeFiles(): void {
    for (const file of this.#files.splice(0)) closeSync(file)
  }
}
