import { afterAll, expect, test } from 'vitest'

import { RESTARTS } from '../explore/support/project.ts'
import { LabProject } from '../lab/project.ts'
import { failureOf } from '../../src/cli/failure.ts'
import { run } from './support/command-run.ts'
import { invoke } from './support/invoke.ts'

const project = new LabProject({
  files: {
    'restarts.js': RESTARTS,
    'empty.js': '',
    'broken.ts': 'const = 1',
    'idle.js': `import { explore } from 'vitest-supervise'\nexplore('x', { invariants: [] }, () => {})`,
    'spying.js':
      `import { vi } from 'vitest'\nimport { explore } from 'vitest-supervise'\n` +
      `explore('x', { invariants: [] }, () => vi.fn())`,
  },
})

afterAll(() => project[Symbol.asyncDispose]())

test.each([
  ['no file', [], 'ERR_EXPLORE_LOAD: No file is given.'],
  ['a file that is not there', ['nowhere.ts'], 'ERR_EXPLORE_LOAD: There is no file nowhere.ts in '],
  ['a file without explorations', ['empty.js'], 'declares no exploration'],
  ['a glob of files without explorations', ['e*y.js'], 'No file of e*y.js declares an exploration'],
  ['a file without explorations beside others', ['*s.js', 'empty.js'], 'empty.js declares no exploration'],
  ['a file that does not compile', ['broken.ts'], 'Expected identifier but found "=" (broken.ts, line 1).'],
  [
    'no such name',
    ['restarts.js', '--grep', 'other'],
    'No exploration matches /other/. There are "holds", "breaks soon"',
  ],
  [
    'no shard',
    ['restarts.js', '--shard', '4/3'],
    'ERR_OPTION_INVALID: The shard is "4/3", but must be such as 2/3',
  ],
  ['no number', ['restarts.js', '--workers', 'two'], `option '--workers <n>' argument 'two' is invalid.`],
  ['an unknown option', ['restarts.js', '--worker', '2'], `unknown option '--worker'`],
  ['what cannot go together', ['--merge', 'a.json', '--shard', '1/2'], 'cannot be used with option'],
  ['no failure', ['--replay', 'empty.js'], 'ERR_FAILURE_INVALID: The failure in '],
  [
    'an exploration that starts nothing',
    ['idle.js'],
    'ERR_EXPLORE_IDLE: Nothing was explored: in 1,000 plays',
  ],
  ['Vitest in a scenario', ['spying.js'], 'uses `vi.fn` of Vitest'],
])('%s ends it with code 2 and one message, without a stack', async (_, args, message) => {
  const { code, out, err } = await run(project, 'explore', ...args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(message)
  expect(err).not.toMatch(/^ +at /m)
})

test.each<[string, string[], string, string]>([
  ['an error of this package', ['doctor', '/nowhere', '--json'], 'ERR_PROJECT_INVALID', '/nowhere'],
  ['an unknown option', ['ps', '--jsn', '--json'], 'ERR_OPTION_UNKNOWN', "unknown option '--jsn'"],
  [
    'no number',
    ['explore', '--workers', 'two', '--json'],
    'ERR_OPTION_INVALID',
    "argument 'two' is invalid. It must be a whole number, 0 or more.",
  ],
  ['an unknown command', ['pss', '--json'], 'ERR_OPTION_INVALID', "unknown command 'pss'"],
])('of %s --json prints one object, and the standard error the message', async (_, args, code, message) => {
  const ended = await invoke(args)
  expect(ended.code).toBe(2)
  const { error } = JSON.parse(ended.out) as { error: { code: string; message: string } }
  expect(JSON.parse(ended.out)).toEqual({ error: { code, message: expect.stringContaining(message) } })
  expect(error.message).not.toMatch(/^error: |^ +at /m)
  expect(ended.err).toContain(error.message)
})

test('--json asks for JSON before `--` alone, and its help is a text', async () => {
  expect(await invoke(['doctor', '--', '/nowhere', '--json'])).toMatchObject({ code: 2, out: '' })
  const help = await invoke(['ps', '--json', '--help'])
  expect(help.code).toBe(0)
  expect(help.out).toMatch(/^Usage: /)
})

test.each<[unknown, object]>([
  [Object.assign(new Error('no right'), { code: 'EACCES' }), { code: 'EACCES', message: 'no right' }],
  [new TypeError('no function'), { code: null, message: 'no function' }],
  ['a text', { code: null, message: 'a text' }],
])('of %s JSON has the code of the system, if there is one, and no stack', (error, failure) => {
  expect(failureOf(error)).toEqual(failure)
})
