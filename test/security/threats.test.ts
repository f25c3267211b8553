import { existsSync } from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { read } from '../docs/documents.ts'
import { repository } from '../lab/repository.ts'

test('what SECURITY.md names as its tests is there', () => {
  const named = Array.from(
    read('SECURITY.md').matchAll(/`((?:test\/)?[\w/-]+\.test\.ts|test\/[\w/-]+)`/g),
    ([, name = '']) => name,
  )
  const missing = named.filter(
    (name) =>
      !existsSync(path.join(repository, name)) && !existsSync(path.join(repository, 'test/security', name)),
  )
  expect(named.length).toBeGreaterThan(20)
  expect(missing).toEqual([])
})

test('every threat has its row whole: what is done, what is left, and what shows it', () => {
  const rows = read('SECURITY.md')
    .split('\n')
    .filter((line) => /^\| [A-Z]/.test(line))
  const cells = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  expect(rows.length).toBeGreaterThan(20)
  expect(cells.filter(([, done, , shown]) => !done || !shown)).toEqual([])
})
