import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { allCells, cellsOf, corners, isSupported } from '../lab/matrix/cells.ts'
import { copySuite, publicSuite } from '../lab/matrix/suite.ts'
import { Scratch } from '../support/scratch.ts'

const suite = publicSuite()

test('there are 16 cells, of which Vitest supports 14', () => {
  expect(allCells).toHaveLength(16)
  expect(allCells.filter((cell) => !isSupported(cell))).toEqual([
    { node: '20', vitest: '5.0.5' },
    { node: '20', vitest: '5.1.1' },
  ])
  expect(corners.every(isSupported)).toBe(true)
})

test('a cell is named by its versions, and what is not named means all', () => {
  expect(cellsOf('node=24,vitest=5.1.1')).toEqual([{ node: '24', vitest: '5.1.1' }])
  expect(cellsOf('node=20,node=22')).toHaveLength(8)
  expect(cellsOf('vitest=5.2.0').map(({ node }) => node)).toEqual(['20', '22', '24', '26'])
  expect(() => cellsOf('nodes=20')).toThrow('--only is "nodes=20", but must be such as node=24,vitest=5.1.1')
})

test('the suite holds what goes by the entry points, and nothing that knows inner parts', () => {
  expect(suite.tests).toEqual(
    expect.arrayContaining([
      'test/fixtures/fixtures.test.ts',
      'test/conformance/restart-loop.test.ts',
      'test/docs/snippets.test.ts',
    ]),
  )
  expect(suite.tests).not.toContain('test/clock/timer-engine.test.ts')
  // Of no part of the package, and of its build's files.
  expect(suite.tests).not.toContain('test/docs/links.test.ts')
  expect(suite.tests).not.toContain('test/fixtures/time-conflicts.test.ts')
  expect(suite.packages).toMatchObject({ msw: expect.any(String), respawn: expect.any(String) })
  expect(Object.keys(suite.packages)).not.toContain('vitest')
})

test('what stands in for the sources is the installed package, and no source comes along but tools', () => {
  const scratch = new Scratch()
  copySuite(suite, scratch.root)
  expect(readFileSync(scratch.path('fixtures/index.ts'), 'utf8')).toBe(`export * from 'vitest-supervise'\n`)
  expect(readFileSync(scratch.path('src/fault/fault.ts'), 'utf8')).toBe(
    `export * from 'vitest-supervise/core'\n`,
  )
  expect(existsSync(scratch.path('src/clock/virtual-clock.ts'))).toBe(false)
  expect(existsSync(scratch.path('agent/main.ts'))).toBe(false)
  for (const file of suite.tests) expect(existsSync(path.join(scratch.root, file))).toBe(true)
})
