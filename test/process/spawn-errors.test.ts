import { closeSync, openSync, readdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { expect, test } from 'vitest'

import { Spawner } from '../../src/process/spawner.ts'
import { failure } from '../support/agents.ts'
import { brief, eventsOf, openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'

async function refusal(options: { agentPath: string; id?: string; cwd?: string; runtimeDir?: string }) {
  const { id = 'a', cwd, runtimeDir, agentPath } = options
  const spawner = new Spawner({ agentPath, ...(runtimeDir === undefined ? {} : { runtimeDir }) })
  return failure(spawner.spawn(id, cwd === undefined ? {} : { cwd }))
}

test('a missing agent is named, with what makes one', async () => {
  const file = new Scratch().path('missing')
  const error = await refusal({ agentPath: file })
  expect(error).toMatchObject({ name: 'SuperviseError', code: 'ERR_AGENT_NOT_FOUND', file })
  expect(error.message).toContain(file)
  expect(error.message).toContain('buildAgentForTest()')
  expect(error.cause).toBeInstanceOf(Error)
})

test('an agent below a file is missing', async () => {
  const scratch = new Scratch()
  const file = path.join(scratch.write('file', ''), 'agent')
  expect(await refusal({ agentPath: file })).toMatchObject({ code: 'ERR_AGENT_NOT_FOUND', file })
})

test.each([
  ['an empty path', '', "is ''"],
  ['a promise', Promise.resolve('/agent'), 'is Promise'],
  ['undefined', undefined, 'is undefined'],
])('%s is told from a missing file', async (_what, agentPath, shown) => {
  const error = await refusal({ agentPath: agentPath as string })
  expect(error).toMatchObject({ code: 'ERR_AGENT_NOT_FOUND', file: agentPath })
  expect(error.message).toContain(`\`agentPath\` ${shown}`)
  expect(error.message).toContain('`await buildAgentForTest()`')
})

test('a directory is no agent', async () => {
  const error = await refusal({ agentPath: new Scratch().root })
  expect(error).toMatchObject({ code: 'ERR_AGENT_NOT_EXECUTABLE' })
  expect(error.message).toContain('is a directory')
  expect(error.message).toContain('Name the executable file')
})

test('a file that is not executable is refused with the way to make it so', async () => {
  const error = await refusal({ agentPath: new Scratch().write('agent', '#!/bin/sh\n', 0o644) })
  expect(error).toMatchObject({ code: 'ERR_AGENT_NOT_EXECUTABLE' })
  expect(error.message).toContain('chmod +x')
})

test('a script whose interpreter is missing is not called missing itself', async () => {
  const error = await refusal({ agentPath: new Scratch().write('agent', '#!/no/such/sh\n', 0o755) })
  expect(error).toMatchObject({ code: 'ERR_AGENT_NOT_EXECUTABLE' })
  expect(error.message).toContain('interpreter')
  expect(error.message).toContain('#!')
})

test('a missing cwd is not taken for a missing agent', async () => {
  const scratch = new Scratch()
  const cwd = scratch.path('missing')
  const error = await refusal({ agentPath: scratch.shell('exit 0'), cwd })
  expect(error).toMatchObject({ code: 'ERR_RUNTIME_DIR', cwd })
  expect(error.message).toContain(cwd)
  expect(error.message).toContain('leave out `cwd`')
})

test('a cwd or a runtimeDir that is a file is refused', async () => {
  const scratch = new Scratch()
  const file = scratch.write('file', '')
  const agentPath = scratch.shell('exit 0')
  expect(await refusal({ agentPath, cwd: file })).toMatchObject({ code: 'ERR_RUNTIME_DIR' })
  expect(await refusal({ agentPath, runtimeDir: file })).toMatchObject({ code: 'ERR_RUNTIME_DIR' })
})

test('what the system refuses otherwise is told with its reason', async () => {
  const agentPath = new Scratch().shell('exit 0')
  const args = Array.from({ length: 40 }, () => 'x'.repeat(120_000))
  const error = await failure(new Spawner({ agentPath }).spawn('a', { args }))
  expect(error).toMatchObject({ code: 'ERR_AGENT_SPAWN_FAILED' })
  expect(error.message).toContain('E2BIG')
})

test('an argument that no program can be given is refused', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const spawner = harness.spawnerOf(new Scratch().shell('exit 0'))
  const error = await failure(spawner.spawn('a', { args: ['a\0b'] }))
  expect(error).toMatchObject({ code: 'ERR_AGENT_SPAWN_FAILED' })
  expect(brief(events)).toEqual(['a 1 spawn-failed ERR_INVALID_ARG_VALUE'])
})

test('a start that is given up while its file is still being written counts as one that failed', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const program = new Scratch().shell('exit 0')
  const stop = new AbortController()
  const writing = openSync(program, 'r+')
  try {
    const starting = harness.spawnerOf(program).spawn('a', { signal: stop.signal })
    stop.abort(new Error('given up'))
    expect((await failure(starting)).message).toBe('given up')
  } finally {
    closeSync(writing)
  }
  expect(brief(events)).toEqual(['a 1 spawn-failed UNKNOWN'])
})

test.each([
  [{ closegrace: 1 }, 'ERR_OPTION_UNKNOWN'],
  [{ env: { 'A=B': 'x' } }, 'ERR_OPTION_INVALID'],
  [{ env: { A: 'x\0' } }, 'ERR_OPTION_INVALID'],
  [{ script: { stdin: 'close' } }, 'ERR_OPTION_INVALID'],
] as [object, string][])('a spawner refuses %j, and starts nothing', async (options, code) => {
  const scratch = new Scratch()
  const spawner = new Spawner({ agentPath: scratch.shell('touch started'), runtimeDir: scratch.root })
  expect(await failure(spawner.spawn('a', options))).toMatchObject({ code })
  expect(readdirSync(scratch.root)).toEqual(['program'])
})

test.each([
  '',
  '.',
  '..',
  '../x',
  'a/b',
  'a\\b',
  '-a',
  '_a',
  'a b',
  'a.b',
  'ä',
  'a\n',
  'a\0',
  'a'.repeat(65),
  7,
  ['a'],
])('%j is no agent id', async (id) => {
  const error = await refusal({ agentPath: new Scratch().shell('exit 0'), id: id as string })
  expect(error).toMatchObject({ code: 'ERR_AGENT_ID_INVALID', id })
  expect(error.message).toContain('1 to 64 letters, digits')
})

test.each(['a', '0', 'a-b_C9', 'a'.repeat(64)])('%s is an agent id', async (id) => {
  await using handle = await new Spawner({ agentPath: new Scratch().shell('exit 0') }).spawn(id)
  expect(handle.id).toBe(id)
})

test('a start that fails leaves no directory', async () => {
  const scratch = new Scratch()
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = scratch.root
  try {
    expect(os.tmpdir()).toBe(scratch.root)
    await refusal({ agentPath: scratch.path('missing') })
    expect(readdirSync(scratch.root)).toEqual([])
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
})
