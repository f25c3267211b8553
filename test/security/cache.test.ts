import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { cachePlace } from '../../src/build/cache-place.ts'
import { Project } from '../build/project.ts'

const isRoot = process.getuid?.() === 0
const onWindows = process.platform === 'win32'
const NOBODY = 65_534

test.skipIf(onWindows)('a cache that everybody may write to is passed over, the sticky bit or not', () => {
  for (const mode of [0o777, 0o1777]) {
    using project = new Project({ 'shared/x': '', 'node_modules/.cache/vitest-supervise/x': '' })
    fs.chmodSync(project.path('shared'), mode)
    fs.chmodSync(project.path('node_modules/.cache/vitest-supervise'), mode)
    expect(path.dirname(cachePlace({ cwd: project.root, cacheDir: 'shared' }))).toBe(os.tmpdir())
    expect(path.dirname(cachePlace({ cwd: project.root }))).toBe(os.tmpdir())
  }
})

test.skipIf(onWindows)('a cache is passed over where another one could be put in its place', () => {
  using project = new Project({ 'node_modules/.cache/vitest-supervise/x': '' })
  fs.chmodSync(project.path('node_modules/.cache'), 0o777)
  expect(path.dirname(cachePlace({ cwd: project.root }))).toBe(os.tmpdir())
  fs.chmodSync(project.path('node_modules/.cache'), 0o1777)
  expect(cachePlace({ cwd: project.root })).toBe(project.path('node_modules/.cache/vitest-supervise'))
})

test.runIf(isRoot)('the node_modules that another user has put above a project is passed over', () => {
  using project = new Project({ 'node_modules/x': '', 'project/agent.ts': '' })
  expect(cachePlace({ cwd: project.path('project') })).toContain(project.path('node_modules'))
  fs.chownSync(project.path('node_modules'), NOBODY, NOBODY)
  expect(path.dirname(cachePlace({ cwd: project.path('project') }))).toBe(os.tmpdir())
  // Whose tests these are may say what they start.
  fs.chownSync(project.path('project'), NOBODY, NOBODY)
  expect(cachePlace({ cwd: project.path('project') })).toContain(project.path('node_modules'))
})

test.skipIf(onWindows)('a umask of 0 opens no cache to others', async () => {
  using project = new Project({ 'agent.ts': `console.log('hello')`, 'node_modules/x': '' })
  const before = process.umask(0)
  onTestFinished(() => void process.umask(before))
  await project.build('./agent.ts', { cacheDir: undefined })
  const place = cachePlace({ cwd: project.root })
  expect(place).toContain(project.root)
  const files = fs.readdirSync(place, { recursive: true, encoding: 'utf8' })
  expect(files.length).toBeGreaterThan(1)
  const open = [place, ...files.map((name) => path.join(place, name))]
  expect(open.filter((file) => (fs.statSync(file).mode & 0o022) !== 0)).toEqual([])
})
