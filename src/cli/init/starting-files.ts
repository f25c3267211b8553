import { PLUGIN_LINES } from './config-edit.ts'
import { TEST_SCRIPT } from './manifest-edit.ts'

/** A package.json where there is none. */
export const MANIFEST = `${JSON.stringify({ private: true, type: 'module', scripts: { test: TEST_SCRIPT } }, undefined, 2)}\n`

/** A Vitest configuration where there is none. */
export const CONFIG = `import { defineConfig } from 'vitest/config'
${PLUGIN_LINES[0]}

export default defineConfig({
  ${PLUGIN_LINES[1]}
})
`

/** A test that passes. */
export const FIRST_TEST = `import { expect, fault, test } from 'vitest-supervise'

// Five real processes start and crash. The 15 s between them pass in virtual time.
test('waits 1, 2, 4 and 8 s, then gives up', async ({ restartLoop, faults, clock, timeline }) => {
  faults.inject(fault.exit(1), { attempts: 'every' })
  const run = restartLoop({ policy: 'on-failure', maxRestarts: 4 }).run()
  await expect(clock.runUntil(run)).rejects.toThrow('max restarts exhausted')
  expect(timeline).toHaveDelays([1000, 2000, 4000, 8000])
})
`
