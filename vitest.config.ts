import { defineConfig } from 'vitest/config'

import { supervise } from './fixtures/plugin.ts'

export default defineConfig({
  plugins: [supervise()],
  test: {
    include: ['test/**/*.test.ts'],
    // A test may run a whole Vitest of its own, on a machine that is busy with others.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
