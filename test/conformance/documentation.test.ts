import { expect, test } from 'vitest'

import { CHECKS } from '../../src/conformance/checks/index.ts'
import { read } from '../docs/documents.ts'

test('the documentation lists the checks, in the order of a score card', () => {
  const [, section = ''] = read('docs/conformance.md').split('\n## The checks\n')
  const listed = [...section.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name]) => name)
  expect(listed).toEqual(CHECKS.map(({ name }) => name))
})

test('each check has a name of its own', () => {
  expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length)
})
