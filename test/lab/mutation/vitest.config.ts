import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestProject, type TestSpecification } from 'vitest/node'

import { supervise } from '../../../fixtures/plugin.ts'
import { type MutationScope, SCOPES } from './scopes.mjs'

const { tests, pool } = SCOPES[process.env.MUTATION_SCOPE ?? 'restart'] as MutationScope

/** Stryker wants threads, whatever is configured. */
function configureVitest({ project }: { readonly project: TestProject }): void {
  project.config.pool = pool
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
    sequence: { sequencer: AsListed },
    // One worker for all files of a mutant: most of the time would be spent on starting workers.
    isolate: false,
    testTimeout: 5_000,
    hookTimeout: 5_000,
  },
})
