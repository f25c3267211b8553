import fs from 'node:fs'
import { expect, test } from 'vitest'

import { SuperviseError } from '../../src/errors.ts'
import type { BuildOptions } from '../../src/build/build-agent.ts'
import { Project } from './project.ts'

async function failureOf(project: Project, entry: BuildOptions['entry']): Promise<SuperviseError> {
  const error: unknown = await project.build(entry).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(SuperviseError)
  return error as SuperviseError
}

test('an entry that does not exist is named with its full path, and what is there instead', async () => {
  using project = new Project({ 'agent.ts': '' })
  const error = await failureOf(project, './agent.js')
  expect(error.code).toBe('ERR_AGENT_NOT_FOUND')
  expect(error.message).toContain(`'./agent.js' does not exist: ${project.path('agent.js')}`)
  expect(error.message).toContain('There is agent.ts in that directory')
})

test('an entry that is a directory is refused', async () => {
  using project = new Project({ 'agent/main.ts': '' })
  const error = await failureOf(project, './agent')
  expect(error.code).toBe('ERR_AGENT_NOT_FOUND')
  expect(error.message).toContain(`is a directory: ${project.path('agent')}`)
})

test('every error of the compiler is shown with its file, line, column and source', async () => {
  using project = new Project({
    'agent.ts': `import './broken.ts'\nimport './gone.ts'\n`,
    'broken.ts': `const a = 1\nconst a b = 2\n`,
  })
  const error = await failureOf(project, './agent.ts')
  expect(error.code).toBe('ERR_BUILD_FAILED')
  expect(error.message).toContain('broken.ts:2:8:')
  expect(error.message).toContain('const a b = 2')
  expect(error.message).toContain('agent.ts:2:7:')
  expect(error.message).toContain('Could not resolve "./gone.ts"')
  expect(error.message).not.toContain('\u001b')
})

test('a failed build is tried again, and succeeds once the source is repaired', async () => {
  using project = new Project({ 'agent.ts': `import { x } from './x.ts'\nconsole.log(x)` })
  expect((await failureOf(project, './agent.ts')).code).toBe('ERR_BUILD_FAILED')
  project.write('x.ts', `export const x = 'there now'`)
  expect(await project.output()).toBe('there now')
  expect(project.leftovers()).toEqual([])
})

test.each<[string, BuildOptions['entry'], string]>([
  ['a command without {out}', { command: ['cc', 'agent.c'], inputs: ['*.c'] }, "Put '{out}' where"],
  ['an empty command', { command: [], inputs: ['*.c'] }, "'command' is not a list"],
  ['no inputs', { command: ['cc', '-o', '{out}'], inputs: [] }, "'inputs' is not a list"],
  ['an empty run', { run: [] }, "'run' is not a list"],
  ['inputs that match nothing', { command: ['cc', '-o', '{out}'], inputs: ['*.zig'] }, 'No file matches'],
  ['a file of another language', './agent.py', "{ run: ['./agent.py'] }"],
  ['an empty path', '', 'is an empty string'],
  ['something else', {} as never, 'neither a path'],
])('%s is refused', async (_, entry, says) => {
  using project = new Project({ 'agent.py': '' })
  const error = await failureOf(project, entry)
  expect(error.code).toBe('ERR_OPTION_INVALID')
  expect(error.message).toContain(says)
})

test('an abort ends the wait of its caller only', async () => {
  using project = new Project({ 'agent.ts': 'console.log(1)' })
  const controller = new AbortController()
  const aborted = project.build('./agent.ts', { signal: controller.signal })
  const other = project.build('./agent.ts')
  controller.abort(new Error('enough'))
  await expect(aborted).rejects.toThrow('enough')
  expect(fs.existsSync(await other)).toBe(true)
  await expect(project.build('./agent.ts', { signal: controller.signal })).rejects.toThrow('enough')
})
