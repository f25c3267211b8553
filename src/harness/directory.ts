import { isEmpty, removeDirectory } from '../directory.ts'
import type { Run } from '../reap/run.ts'
import type { ResolvedOptions } from '../resolve-options.ts'

/** @internal The runtime directory of one harness, which is removed or kept at the end. */
export class HarnessDirectory {
  readonly path: string
  readonly #keep: ResolvedOptions['keepRuntimeDir']
  readonly #run: Run
  #kept = false

  constructor(path: string, keep: ResolvedOptions['keepRuntimeDir'], run: Run) {
    this.path = path
    this.#keep = keep
    this.#run = run
  }

  /** Where it was kept, once that is settled. */
  get kept(): string | undefined {
    return this.#kept ? this.path : undefined
  }

  /** Removes it, unless it is to be kept and there is something in it. */
  async settle(failed: boolean): Promise<void> {
    const wanted = this.#keep === 'always' || (this.#keep === 'on-failure' && failed)
    this.#kept = wanted && !(await isEmpty(this.path))
    if (this.#kept) this.#run.keep(this.path)
    else await removeDirectory(this.path)
  }
}
