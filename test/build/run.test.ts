import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

import { agentInputs } from '../../src/build/build-agent.ts'
import { executableCommand } from '../../src/command-line.ts'
import { scriptHead } from '../../src/build/script-head.ts'
import { Project, run } from './project.ts'

const PRINT = `console.log(JSON.stringify(process.argv.slice(2)))`

test('a launcher hands over odd arguments as they are, those of the entry before those of the caller', async () => {
  using project = new Project({ 'print me.cjs': PRINT })
  const odd = [`it's`, '"double"', '$HOME `id` \\ !', 'new\nline', '', '*', '-x=1', 'é ✓']
  const file = await project.build({ run: ['node', 'print me.cjs', ...odd] })
  expect(JSON.parse(await run(file, [`more's`, '$1']))).toEqual([...odd, `more's`, '$1'])
})

test('words that name files are absolute in the launcher, others are left alone', async () => {
  using project = new Project({ 'sub/print.cjs': PRINT, 'sub/data.txt': '', 'sub/dir/x': '' })
  const entry = { run: ['node', './print.cjs', 'data.txt', 'dir', './dir', 'missing.txt'], cwd: 'sub' }
  const file = await project.build(entry)
  expect(JSON.parse(await run(file, [], '/'))).toEqual([
    project.path('sub/data.txt'),
    'dir',
    project.path('sub/dir'),
    'missing.txt',
  ])
  expect(await agentInputs({ entry, cwd: project.root })).toEqual([
    project.path('sub/print.cjs'),
    project.path('sub/data.txt'),
    project.path('sub/dir'),
  ])
})

test('the same program has the same launcher, which is written once and repaired if damaged', async () => {
  using project = new Project({ 'print.cjs': PRINT })
  const entry = { run: ['node', 'print.cjs'] }
  const file = await project.build(entry)
  const { ino } = fs.statSync(file)
  expect(await project.build(entry)).toBe(file)
  expect(fs.statSync(file).ino).toBe(ino)
  fs.truncateSync(file, 3)
  expect(await run(await project.build(entry))).toBe('[]')
})

test('one program with a path is its own executable', async () => {
  using project = new Project({})
  project.write('bin/agent', '#!/bin/sh\necho as it is', 0o755)
  const file = await project.build({ run: ['./bin/agent'] })
  expect(file).toBe(project.path('bin/agent'))
  expect(fs.existsSync(project.cacheDir)).toBe(false)
})

test('a program that is missing or cannot be executed is an error that names it', async () => {
  using project = new Project({ 'agent.py': '' })
  await expect(project.build({ run: ['./gone'] })).rejects.toMatchObject({ code: 'ERR_AGENT_NOT_FOUND' })
  await expect(project.build({ run: ['./agent.py', 'x'] })).rejects.toMatchObject({
    code: 'ERR_AGENT_NOT_EXECUTABLE',
    path: project.path('agent.py'),
  })
  await expect(project.build({ run: ['node'], cwd: './gone' })).rejects.toMatchObject({
    code: 'ERR_AGENT_NOT_FOUND',
    path: project.path('gone'),
  })
})

test('a script finds a Node whose path has a space in it, or is too long for the first line', async () => {
  using project = new Project({}, `n'o de `)
  for (const directory of ['b in', 'x'.repeat(130)]) {
    fs.mkdirSync(project.path(directory))
    const node = project.path(directory, 'node')
    fs.symlinkSync(process.execPath, node)
    const script = path.join(directory, 'script.cjs')
    project.write(script, `${scriptHead(node)}"use strict";\n(() => ${PRINT})()`, 0o755)
    expect(await run(project.path(script), ['a b'])).toBe('["a b"]')
  }
})

test('an executable is started by itself, except that Windows needs Node or cmd.exe before a script', () => {
  expect(executableCommand('/x/agent.cjs', 'linux')).toEqual({ file: '/x/agent.cjs', args: [] })
  expect(executableCommand('agent.cjs', 'win32')).toEqual({ file: process.execPath, args: ['agent.cjs'] })
  expect(executableCommand('agent.exe', 'win32')).toEqual({ file: 'agent.exe', args: [] })
  expect(executableCommand('agent.cmd', 'win32').args).toEqual(['/d', '/c', 'agent.cmd'])
})
