import { readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { descendantsOf, isUnderMark, processTable } from '../../../src/process/table/index.ts'
import { until } from '../../support/until.ts'

/** What a run can leave, each by a name. */
export interface Left {
  readonly processes: readonly string[]
  readonly directories: readonly string[]
  readonly descriptors: readonly string[]
  /** What keeps this process alive. */
  readonly handles: readonly string[]
}

/** What may go on for a moment after a harness was closed: an agent that a loop was just starting, what a reaper removes. Real ms. */
const LIMIT = 10_000
/** What the runs of the warm-up had open is closed by then. Real ms. */
const SETTLING = 1000

/** Compares what there is after a run with what there was before the first one. Linux. */
export class Inventory {
  readonly #mark: string
  readonly #directories: readonly string[]
  readonly #processes: ReadonlySet<string>
  readonly #entries: ReadonlySet<string>
  #descriptors: number
  #handles: number

  /** @param directories where nothing is to be left */
  static async take(mark: string, directories: readonly string[]): Promise<Inventory> {
    await delay(SETTLING)
    return new Inventory(mark, directories)
  }

  private constructor(mark: string, directories: readonly string[]) {
    this.#mark = mark
    this.#directories = directories
    const { processes, directories: entries } = this.#look()
    this.#processes = new Set(processes)
    this.#entries = new Set(entries)
    this.#descriptors = descriptors()
    this.#handles = handles().length
  }

  /** What is still there that was not there before, once it has had time to go. */
  async left(): Promise<Left> {
    let last = this.#news()
    await until(
      'nothing is left',
      () => {
        last = this.#news()
        return Object.values(last).every((list: readonly string[]) => list.length === 0)
      },
      LIMIT,
    ).catch(() => {})
    // The fewest there ever were is what there has to be.
    this.#descriptors = Math.min(this.#descriptors, descriptors())
    this.#handles = Math.min(this.#handles, handles().length)
    return last
  }

  /** Takes the handles that are open now for granted. */
  acceptHandles(): void {
    this.#handles = handles().length
  }

  #news(): Left {
    const { processes, directories } = this.#look()
    return {
      processes: processes.filter((one) => !this.#processes.has(one)),
      directories: directories.filter((one) => !this.#entries.has(one)),
      descriptors: descriptors() > this.#descriptors ? [`${descriptors() - this.#descriptors} more`] : [],
      handles: handles().length > this.#handles ? [handles().join(' ')] : [],
    }
  }

  #look(): Pick<Left, 'processes' | 'directories'> {
    const table = processTable.younger()
    const marked = table.filter(({ mark }) => isUnderMark(mark, this.#mark))
    const all = new Map([...marked, ...descendantsOf([process.pid], table)].map((info) => [info.pid, info]))
    return {
      processes: [...all.values()].map(({ pid, command }) => `${pid} ${command}`),
      directories: this.#directories.flatMap((directory) =>
        readdirSync(directory).map((name) => path.join(directory, name)),
      ),
    }
  }
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length
}

/** By kind; timers are left out, since who waits here has one. */
function handles(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout')
}
