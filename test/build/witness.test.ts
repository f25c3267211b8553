import fs from 'node:fs'
import { expect, test } from 'vitest'

import { fileSystemNow, verify, witness } from '../../src/build/witness.ts'
import { Project } from './project.ts'

test('a file that has just been written is read at the next check, an older one is not', () => {
  using project = new Project({ file: 'one' })
  const now = fileSystemNow(project.root)
  expect(witness(project.path('file'), now).racy).toBe(true)
  expect(witness(project.path('file'), now + 1000).racy).toBe(false)
})

test('a file whose stat cannot be trusted is judged by its content', () => {
  using project = new Project({ file: 'one' })
  const seen = witness(project.path('file'), fileSystemNow(project.root))
  expect(verify(seen)).toBe('same')
  expect(verify({ ...seen, racy: false })).toBe('unchanged')
  expect(verify({ ...seen, hash: 'of something else' })).toBe('changed')
})

test('a rewrite that puts size and time of modification back is seen', () => {
  using project = new Project({ file: 'one' })
  const file = project.path('file')
  const past = new Date(1_600_000_000_000)
  fs.utimesSync(file, past, past)
  // Written long ago, as far as anyone can tell: only its time of change will differ.
  const seen = { ...witness(file, fileSystemNow(project.root)), racy: false }
  while (fileSystemNow(project.root) <= seen.changedAt);
  fs.writeFileSync(file, 'two')
  fs.utimesSync(file, past, past)
  expect(verify(seen)).toBe('changed')
})

test('a directory is its names, and an absent path the absence', () => {
  using project = new Project({ 'dir/a': '' })
  const now = fileSystemNow(project.root)
  const seen = ['dir', 'gone'].map((name) => witness(project.path(name), now))
  expect(seen.map(({ kind }) => kind)).toEqual(['directory', 'absent'])
  project.write('dir/.hidden', '')
  expect(seen.map(verify)).toEqual(['same', 'unchanged'])
  project.write('dir/b', '')
  project.write('gone', '')
  expect(seen.map(verify)).toEqual(['changed', 'changed'])
})
