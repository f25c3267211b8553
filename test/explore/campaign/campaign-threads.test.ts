import { expect, test } from 'vitest'

import { until } from '../../support/until.ts'
import { campaign, ExploreProject } from '../support/project.ts'

/** So many schedules that threads are worth their start. */
const LONG = 8000

const START = `({ agents, spawn }) => void spawn(agents.agent.file).on('error', () => {})`

/** A file with one exploration, `x`, which starts its agent and has a step `act` that does this. */
function acting(body: string, head = '', schedules = 1000): string {
  return new ExploreProject().write(
    'acting.mjs',
    `import { explore } from 'vitest-supervise'\n${head}\n` +
      `explore('x', { schedules: ${schedules}, length: 3, steps: { act: () => { ${body} } }, invariants: [] }, ${START})\n`,
  )
}

test.each([
  ['does not end', 'for (;;);', 'it was still at it after 1000 ms of real time, in a loop that does not end'],
  ['exits', 'process.exit(3)', 'its process exits with code 3'],
  [
    'takes all memory',
    'const all = []; for (;;) all.push(new Array(1e5).fill(0.5))',
    'it needs more than 1024 MiB of memory',
  ],
])('a step that %s is found, with its schedule', async (_, body, message) => {
  const source = acting(body)
  const patience = body === 'for (;;);' ? 1000 : 60_000
  const { result } = await campaign(source, 'x', { workers: 2, patience })
  expect(result.find?.violation).toEqual({ invariant: 'it comes to rest', message })
  expect(result.find?.schedule).toContainEqual(expect.objectContaining({ step: 'act' }))
  expect(result.find?.shrunk).toBeUndefined()
})

test('what a thread does not come back from is the same find, however many play it', async () => {
  const source = acting('process.exit(3)')
  const { result } = await campaign(source, 'x', { workers: 2 })
  expect((await campaign(source, 'x', { workers: 1 })).result).toEqual(result)
})

test('a campaign that is aborted ends at once, whatever its threads are at', async () => {
  const controller = new AbortController()
  const source = acting('for (;;);')
  const run = campaign(source, 'x', {
    workers: 2,
    signal: controller.signal,
    onProgress: ({ played }) => {
      if (played > 0) controller.abort(new Error('enough'))
    },
  })
  await expect(run).rejects.toThrow('enough')
  const left = (): string[] =>
    process.getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker')
  // A port is closed in the turn after that of its thread's end.
  await until('its threads and their ports are gone', () => left().length === 0)
})

test('a campaign in this thread ends between two plays when it is aborted', async () => {
  const controller = new AbortController()
  const source = acting('globalThis.stopIt()')
  Object.assign(globalThis, { stopIt: () => controller.abort(new Error('enough')) })
  const run = campaign(source, 'x', { workers: 0, signal: controller.signal })
  await expect(run).rejects.toThrow('enough')
})

test.each([
  [
    'imports what only Vite knows',
    `import text from 'virtual:text'\nglobalThis.text = text`,
    /could not|cannot|Only URLs/i,
  ],
  [
    'mocks modules',
    `import { vi } from 'vitest'\nvi.mock('node:fs')`,
    'It calls `vi.mock`, which only Vitest can do.',
  ],
])('a file that %s is played in the thread that has it, which says why', async (_, head, why) => {
  const good = acting('', '', LONG)
  const bad = acting('', head)
  const { result, alone } = await campaign(good, 'x', { workers: 2, source: bad, here: true })
  expect(alone).toMatch(why)
  expect(result.played).toBe(LONG)
  await expect(campaign(good, 'x', { workers: 2, source: bad })).rejects.toMatchObject({
    code: 'ERR_EXPLORE_LOAD',
  })
})

test('a scenario that uses Vitest cannot be played in a thread of its own', async () => {
  const source = acting('vi.fn()', `import { vi } from 'vitest'`)
  await expect(campaign(source, 'x', { workers: 1 })).rejects.toThrow('uses `vi.fn` of Vitest')
})

test.each(['vitest', 'vitest-supervise'])(
  'an invariant can use `expect` of %s in a thread',
  async (module) => {
    const source = new ExploreProject().write(
      'expecting.mjs',
      `import { explore } from 'vitest-supervise'\nimport { expect } from '${module}'\n` +
        `const check = ({ timeline }) => expect(timeline).toHaveAttempts(1)\n` +
        `explore('x', { invariants: [{ name: 'starts', check }] }, () => {})\n`,
    )
    const { result } = await campaign(source, 'x', { workers: 1 })
    expect(result.find?.violation).toMatchObject({ invariant: 'starts' })
    expect(result.find?.violation.message).toContain('attempt')
  },
)

test('a scenario can use `expect` in a thread, but for snapshots', async () => {
  const source = (checks: string): string =>
    new ExploreProject().write(
      'expecting.mjs',
      `import { explore } from 'vitest-supervise'\nimport { expect } from 'vitest'\n` +
        `explore('x', { schedules: 10, invariants: [] }, ({ agents, spawn }) => {\n` +
        `  const child = spawn(agents.agent.file).on('error', () => {})\n  ${checks}\n})\n`,
    )
  const fine = source(`expect(child).toMatchObject({ stdin: {} })`)
  const { result } = await campaign(fine, 'x', { workers: 1 })
  expect(result).toMatchObject({ played: 10, find: undefined })
  const snapshot = await campaign(source('expect(1).toMatchSnapshot()'), 'x', { workers: 1 })
  expect(snapshot.result.find?.violation).toMatchObject({ invariant: 'the scenario does not fail' })
})

test('a find that is not there again is an error, from a thread too', async () => {
  const source = new ExploreProject().write(
    'random.mjs',
    `import { explore } from 'vitest-supervise'\nlet plays = 0\n` +
      `explore('x', { invariants: [{ name: 'n', check: () => (++plays === 5 ? 'now' : undefined) }] }, () => {})`,
  )
  await expect(campaign(source, 'x', { workers: 1 })).rejects.toMatchObject({ code: 'ERR_NOT_DETERMINISTIC' })
})

test('a supervisor that takes spawn out of its module when it is loaded runs in a thread as it is', async () => {
  const project = new ExploreProject()
  project.write(
    'supervisor.cjs',
    `const { spawn } = require('child_process')\nconst { setTimeout } = globalThis\n` +
      `exports.start = (file) => spawn(file).on('exit', () => setTimeout(() => exports.start(file), 10))\n`,
  )
  const source = project.write(
    'taken.mjs',
    `import { explore, fault } from 'vitest-supervise'\nimport { start } from './supervisor.cjs'\n` +
      `const check = ({ timeline }) => (timeline.attempts() > 2 ? 'it runs' : undefined)\n` +
      `explore('x', { faults: [fault.exit(1)], invariants: [{ name: 'runs', check }] }, ({ agents }) => {\n` +
      `  start(agents.agent.file)\n})\n`,
  )
  const { result } = await campaign(source, 'x', { workers: 1 })
  expect(result.find?.violation).toEqual({ invariant: 'runs', message: 'it runs' })
})

test.each([0, 1])('what starts no agent is an error, and no success, with %i threads', async (workers) => {
  const source = new ExploreProject().write(
    'idle.mjs',
    `import { explore } from 'vitest-supervise'\n` +
      `const options = { schedules: 300, agents: ['a', 'b'], invariants: [], steps: { start: (spawn) => spawn() } }\n` +
      `explore('nothing', options, () => {})\n` +
      `explore('by a step', options, ({ agents, spawn }) => () => void spawn(agents.b.file).on('error', () => {}))\n` +
      `explore('no play', { ...options, schedules: 0 }, () => {})\n`,
  )
  await expect(campaign(source, 'nothing', { workers })).rejects.toMatchObject({
    code: 'ERR_EXPLORE_IDLE',
    message: expect.stringContaining('in 300 plays "nothing" has not started an agent'),
  })
  const { result } = await campaign(source, 'by a step', { workers })
  expect(result).toMatchObject({ played: 300, find: undefined })
  expect(result.starts).toBeLessThan(300)
  expect((await campaign(source, 'no play', { workers })).result).toMatchObject({ played: 0 })
})
