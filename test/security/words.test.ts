import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'

import { expect, test } from 'vitest'

import { buildAgentForTest } from '../../src/build/build-agent.ts'
import { failure } from '../support/agents.ts'
import { openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'
import { run } from '../build/project.ts'

const onWindows = process.platform === 'win32'

/** What a shell would take for more than a word. */
const HOSTILE = [
  `'; touch planted; '`,
  '$(touch planted)',
  '`touch planted`',
  '"; touch planted; "',
  'a\nb\ntouch planted\n',
  '\\',
  "'",
  '*',
  '~',
  '-n',
  '$$',
  '',
  '!x',
  '\u001b[2J',
]

test.skipIf(onWindows)('the launcher of a command hands on arguments and variables as they are', async () => {
  const scratch = new Scratch()
  const program = scratch.write(
    'program.mjs',
    `import fs from 'node:fs'
    const [answer, ...args] = process.argv.slice(2)
    const given = Object.entries(process.env).filter(([name]) => name.startsWith('X'))
    fs.writeFileSync(answer, JSON.stringify([args, Object.fromEntries(given)]))`,
  )
  const harness = await openHarness({ agents: { js: program } })
  const env = Object.fromEntries(HOSTILE.map((value, at) => [`X${at}`, value]))
  const names = { 'X;touch planted;Y': '1', 'X $(touch planted)': '2', 'X()': '() { :; }', 'Xä\n%%': '3' }
  const answer = scratch.path('answer')
  const { file } = harness.agentCommand.with({
    agent: 'js',
    args: [answer, ...HOSTILE],
    env: { ...env, ...names },
  })
  const child = spawn(file, ['$(touch planted)'], { cwd: scratch.root, stdio: 'ignore' })
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(JSON.parse(fs.readFileSync(answer, 'utf8'))).toEqual([
    [...HOSTILE, '$(touch planted)'],
    { ...env, ...names },
  ])
  expect(fs.existsSync(scratch.path('planted'))).toBe(false)
})

test.skipIf(onWindows)('the launcher of a program hands on its words as they are', async () => {
  const scratch = new Scratch()
  const words = HOSTILE.filter((word) => word !== '')
  const show = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
  const cacheDir = scratch.path('cache')
  const file = await buildAgentForTest({
    entry: { run: ['node', '-e', show, '--', ...words] },
    cacheDir,
    cwd: scratch.root,
  })
  expect(JSON.parse(await run(file, ['$(touch planted)'], scratch.root))).toEqual([
    ...words,
    '$(touch planted)',
  ])
  expect(fs.existsSync(scratch.path('planted'))).toBe(false)
})

test.each([
  '../x',
  '..',
  '.',
  '/etc/x',
  'a/b',
  'a\\b',
  'a\0b',
  'a\n',
  '\n',
  '',
  ' ',
  '-x',
  '_x',
  'x'.repeat(65),
  'é',
  '%2e%2e',
  'a.sock',
  'a:b',
  '𝒂',
])('%j is no agent id, for any way to start one', async (id) => {
  const harness = await openHarness()
  const refused = { code: 'ERR_AGENT_ID_INVALID' }
  expect(await failure(harness.spawnAgent({ id }))).toMatchObject(refused)
  expect(await failure(harness.spawner.spawn(id))).toMatchObject(refused)
  expect(() => harness.agentCommand.with({ id })).toThrow(expect.objectContaining(refused))
  expect(await harness.processes()).toEqual([])
})

test('agents may be called what objects are born with', async () => {
  const harness = await openHarness()
  for (const id of ['constructor', 'toString', 'hasOwnProperty', 'CON', 'nul']) {
    const agent = await harness.spawnAgent({ id })
    expect([agent.id, agent.attempt]).toEqual([id, 1])
    expect(harness.timeline.attempts(id)).toBe(1)
    expect(await failure(harness.spawnAgent({ agent: id }))).toMatchObject({ code: 'ERR_AGENT_UNKNOWN' })
    await agent.close()
  }
})
