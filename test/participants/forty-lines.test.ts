import path from 'node:path'

import { expect, test } from 'vitest'

import { openHarness } from '../support/harness.ts'

const supervisor = path.join(import.meta.dirname, 'programs', 'forty-lines.cjs')

test('a supervisor of another process restarts its children in virtual time', async () => {
  const harness = await openHarness()
  const clock = harness.installClock()
  const running = await harness.supervise(process.execPath, [supervisor, '2', '2', 'sh', '-c', 'exit 3'], {
    clock: 'virtual',
  })
  expect(clock.now).toBe(0)
  expect(await clock.runUntil(running.exited)).toMatchObject({ exitCode: 1 })
  expect(clock.now).toBe(3000)
  expect(clock.evidence).toBe('cooperative')
  expect(running.stdout.text).toBe(`0 start 0 0
0 start 1 0
0 exit 0 3 null
0 exit 1 3 null
1000 start 0 1
1000 exit 0 3 null
1000 start 1 1
1000 exit 1 3 null
3000 start 0 2
3000 exit 0 3 null
3000 gave up 0
3000 start 1 2
3000 exit 1 3 null
3000 gave up 1
`)
})
