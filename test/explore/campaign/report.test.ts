import fs from 'node:fs'

import { expect, test } from 'vitest'

import { mergeReports } from '../../../src/explore/campaign/merge-reports.ts'
import { findText, reportText } from '../../../src/explore/campaign/report-text.ts'
import {
  type ExplorationReport,
  readReport,
  type Report,
  reportOf,
  writeReport,
} from '../../../src/explore/campaign/report.ts'
import { Scratch } from '../../support/scratch.ts'

const HOLDS: ExplorationReport = {
  file: 'a.test.ts',
  name: 'holds',
  seed: 1,
  schedules: 1100,
  islandSize: 250,
  islands: 3,
  played: 600,
  transitions: { a: 2, b: 0 },
  find: null,
}

const FOUND: ExplorationReport = {
  ...HOLDS,
  name: 'breaks',
  find: {
    island: 2,
    number: 7,
    schedule: [
      { fault: 'exit', attempt: 2, at: 'ready', options: { code: 1 } },
      { step: 'stop', at: 500 },
    ],
    violation: { invariant: 'no overlap', message: 'attempts 1 and 2 run at 500 ms' },
    shrunk: {
      schedule: [{ step: 'stop', at: 500 }],
      violation: { invariant: 'no overlap', message: 'attempts 1 and 2 run at 500 ms' },
      plays: 31,
      hash: '0123456789abcdef',
    },
  },
}

const VERSIONS = { node: '20.19.0', 'fast-check': '4.10.2' }

function part(index: number, count = 2, explorations: readonly ExplorationReport[] = [HOLDS]): Report {
  return reportOf(VERSIONS, { index, count }, explorations)
}

test.each([
  ['none at all', [], 'There are no reports to merge.'],
  ['too few', [part(1, 3), part(3, 3)], 'Of 3 parts, 2 is missing.'],
  ['one twice', [part(1), part(1)], 'part 2 and part 1 are both part 1 of 2.'],
  ['parts of other campaigns', [part(1), part(2, 3)], 'part 1 is one of 2 parts, and part 2 one of 3.'],
  ['a whole one among them', [part(1), part(1, 1)], 'part 2 is the report of a whole campaign'],
  [
    'another seed',
    [part(1), part(2, 2, [{ ...HOLDS, seed: 2 }])],
    '"holds" has seed 1 in one, and 2 in the other',
  ],
  [
    'other numbers of schedules',
    [part(1), part(2, 2, [{ ...HOLDS, schedules: 9 }])],
    'has schedules 1100 in one, and 9',
  ],
  [
    'other explorations',
    [part(1), part(2, 2, [FOUND])],
    '"holds" of a.test.ts is in part 1, and not in part 2.',
  ],
  [
    'other versions',
    [part(1), { ...part(2), versions: { ...VERSIONS, node: '22.0.0' } }],
    'played with node 20.19.0 in one, and 22.0.0 in the other',
  ],
])('reports with %s are not merged', (_, parts, why) => {
  expect(() => mergeReports(parts)).toThrow(
    expect.objectContaining({ code: 'ERR_EXPLORE_REPORT', message: expect.stringContaining(why) }),
  )
})

test('the first find of all parts is that of the whole, and what came after it counts for nothing', () => {
  const find = FOUND.find && { ...FOUND.find, island: 1 }
  const parts = [
    part(1, 2, [{ ...FOUND, transitions: { a: 0, b: 2, c: 2 } }]),
    part(2, 2, [{ ...FOUND, find, transitions: { b: 1 } }]),
  ]
  expect(mergeReports(parts).explorations).toEqual([
    { ...FOUND, find, transitions: { a: 0, b: 1 }, islands: 2, played: 257 },
  ])
})

test('a report is read as it was written', () => {
  const file = new Scratch().path('deep', 'down', 'report.json')
  const report = part(1, 2, [HOLDS, FOUND])
  writeReport(file, report)
  expect(readReport(file)).toEqual(report)
})

test.each([
  ['nothing', undefined, 'cannot be read: ENOENT'],
  ['no JSON', '{', 'cannot be read'],
  ['something else', '{ "shard": null }', 'is no report of explorations'],
  ['a report of another format', '{ "format": 2 }', 'is of format 2, and this version reads format 1.'],
])('%s is not read as a report', (_, text, why) => {
  const file = new Scratch().path('report.json')
  if (text !== undefined) fs.writeFileSync(file, text)
  expect(() => readReport(file)).toThrow(
    expect.objectContaining({ code: 'ERR_EXPLORE_REPORT', message: expect.stringContaining(why) }),
  )
})

test('a report says in words what holds, and what was found', () => {
  expect(reportText(part(2, 3, [HOLDS, FOUND]))).toMatchInlineSnapshot(`
    "Part 2 of 3.
    found  breaks  (a.test.ts: 600 schedules, 2 transitions, seed 1)
           "no overlap" is broken: attempts 1 and 2 run at 500 ms
           by this one, left of 2 faults and steps after 31 plays (island 2, schedule 7):
             at 500 ms: stop
    holds  holds  (a.test.ts: 600 schedules, 2 transitions, seed 1)"
  `)
})

test.each([
  [0, 0, '"no overlap" is broken: m\nwithout any fault or step (island 2, schedule 7).'],
  [0, 1, 'without any fault or step, left of 1 fault or step after 31 plays (island 2, schedule 7).'],
  [1, 1, 'by this one, left of 1 fault or step after 31 plays (island 2, schedule 7):\n  at 0 ms: stop'],
  [2, 3, 'by these 2, left of 3 faults and steps after 31 plays (island 2, schedule 7):\n  at 0 ms: stop\n'],
  [undefined, 0, 'without any fault or step (island 2, schedule 7).'],
  [undefined, 1, 'by this one, as found (island 2, schedule 7):\n  at 0 ms: stop'],
  [undefined, 2, 'by these 2, as found (island 2, schedule 7):\n  at 0 ms: stop\n  at 1 ms: stop'],
])('a find with %s entries left of %i is told in words', (left, of, words) => {
  const entries = (length: number): { step: string; at: number }[] =>
    Array.from({ length }, (_, at) => ({ step: 'stop', at }))
  const violation = { invariant: 'no overlap', message: 'm' }
  const shrunk = left === undefined ? undefined : { schedule: entries(left), violation, plays: 31, hash: '0' }
  expect(findText({ island: 2, number: 7, schedule: entries(of), violation, shrunk })).toContain(words)
})
