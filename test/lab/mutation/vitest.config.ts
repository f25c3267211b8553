import type { RunnerTask as Task } from 'vitest'
import { defineConfig } from 'vitest/config'
import {
  BaseSequencer,
  type Reporter,
  type TestProject,
  type TestSpecification,
  type Vitest,
} from 'vitest/node'

import { supervise } from '../../../fixtures/plugin.ts'
import { type MutationScope, SCOPES } from './scopes.mjs'

const { tests, pool } = SCOPES[process.env.MUTATION_SCOPE ?? 'restart'] as MutationScope

/** Stryker wants threads, whatever is configured. */
function configureVitest({ project }: { readonly project: TestProject }): void {
  project.config.pool = pool
}

/**
 * A file that cannot be loaded has failed. Stryker counts tests alone, and there are none then: such a mutant would pass for
 * one that nobody noticed.
 */
class LoadFailures implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunEnd(): void {
    for (const file of this.#vitest?.state.getFiles() ?? []) {
      if (file.result?.state !== 'fail' || file.tasks.length > 0) continue
      file.tasks.push({ ...file, type: 'test', name: 'it loads', suite: undefined, file } as unknown as Task)
    }
  }
}

class AsListed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      tests.findIndex((test) => moduleId.endsWith(test))
    return files.toSorted((one, other) => place(one) - place(other))
  }
}

export default defineConfig({
  plugins: [supervise(), { name: 'pool', configureVitest }],
  test: {
    include: [...tests],
    setupFiles: ['test/lab/mutation/setup.ts'],
    reporters: [new LoadFailures()],
    sequence: { sequencer: AsListed },
    // One worker for all files of a mutant: most of the time would be spent on starting workers.
    isolate: false,
    testTimeout: 10_000,
    hookTimeout: 10_000,
  },
})
