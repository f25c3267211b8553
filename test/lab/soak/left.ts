import { readdirSync } from 'node:fs'
import path from 'node:path'

import { descendantsOf, isUnderMark, processTable } from '../../../src/process/table/index.ts'
import { until } from '../../support/until.ts'

/** What a run can leave, each by a name. */
export interface Left {
  readonly processes: readonly string[]
  readonly directories: readonly string[]
  readonly descriptors: readonly string[]
}

/** What may go on for a moment after a harness was closed: an agent that a loop was just starting, what a reaper removes. Real ms. */
const LIMIT = 10_000

/** Compares what there is after a run with what there was before the first one. Linux, and without descriptors macOS. */
export class Inventory {
  readonly #mark: string
  readonly #directories: readonly string[]
  readonly #before: Record<keyof Left, ReadonlySet<string>>

  /** @param directories where nothing is to be left, and what is below them */
  constructor(mark: string, directories: readonly string[]) {
    this.#mark = mark
    this.#directories = directories
    const { processes, directories: entries } = this.#look()
    this.#before = { processes: new Set(processes), directories: new Set(entries), descriptors: new Set() }
    this.#descriptors = descriptorsOf()
  }

  readonly #descriptors: number

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
    return last
  }

  #news(): Left {
    const { processes, directories } = this.#look()
    const more = descriptorsOf() - this.#descriptors
    return {
      processes: processes.filter((one) => !this.#before.processes.has(one)),
      directories: directories.filter((one) => !this.#before.directories.has(one)),
      descriptors: more > 0 ? [`${more} more: ${process.getActiveResourcesInfo().join(' ')}`] : [],
    }
  }

  #look(): Omit<Left, 'descriptors'> {
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

function descriptorsOf(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}
