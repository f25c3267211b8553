import { availableParallelism } from 'node:os'

import { defineConfig } from 'vitest/config'

import { supervise } from './fixtures/plugin.ts'

export default defineConfig({
  plugins: [supervise()],
  test: {
    include: ['test/**/*.test.ts'],
    // They wait for processes more than they work: on two cores Vitest itself would take one worker.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A test may run a whole Vitest of its own, on a machine that is busy with others.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
