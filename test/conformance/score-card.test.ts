import { expect, test } from 'vitest'

import {
  renderScoreCard,
  renderScoreCards,
  type ScoreCard,
  scoreOf,
} from '../../src/conformance/score-card.ts'

const first = { name: 'restarts', title: 'restarts it', run: () => Promise.resolve() }
const second = { name: 'stops', title: 'stops it | all', run: () => Promise.resolve() }
const failure = { kind: 'fail', expected: 'an end', seen: 'there was none', detail: 'pid 4711' } as const

const good: ScoreCard = {
  supervisor: 'good',
  time: 'virtual',
  scores: [
    scoreOf(first, { kind: 'pass' }, undefined),
    scoreOf(second, { kind: 'not applicable', reason: 'it stops nothing' }, undefined),
  ],
}
const bad: ScoreCard = {
  supervisor: 'bad',
  time: 'real',
  because: 'it is old',
  scores: [scoreOf(first, failure, 'me/bad#1'), scoreOf(second, failure, undefined)],
}

test('a card has a line for each check, and nothing of the process that ran', () => {
  expect(renderScoreCard(good)).toMatchInlineSnapshot(`
    "# good

    1 of 1 checks pass; 1 does not apply. In virtual time.

    | check | what it should do | verdict | what was seen |
    | --- | --- | --- | --- |
    | \`restarts\` | restarts it | pass |  |
    | \`stops\` | stops it \\| all | – | it stops nothing |
    "
  `)
  expect(renderScoreCard(bad)).toMatchInlineSnapshot(`
    "# bad

    0 of 2 checks pass; 0 do not apply. In real time, since it is old.

    | check | what it should do | verdict | what was seen |
    | --- | --- | --- | --- |
    | \`restarts\` | restarts it | **fail** | expected an end, but there was none (me/bad#1) |
    | \`stops\` | stops it \\| all | **fail** | expected an end, but there was none |
    "
  `)
})

test('cards stand side by side, with notes on what failed', () => {
  expect(renderScoreCards([good, bad])).toMatchInlineSnapshot(`
    "| check | good | bad |
    | --- | --- | --- |
    | \`restarts\` | pass | **fail** |
    | \`stops\` | – | **fail** |
    | passed | 1 of 1 | 0 of 2 |
    | time | virtual | real |

    - bad, \`restarts\`: expected an end, but there was none (me/bad#1)
    - bad, \`stops\`: expected an end, but there was none
    "
  `)
})

test('a score is plain data', () => {
  expect(JSON.parse(JSON.stringify(bad))).toEqual(bad)
  expect(bad.scores[0]).toEqual({
    check: 'restarts',
    title: 'restarts it',
    verdict: 'fail',
    expected: 'an end',
    seen: 'there was none',
    known: 'me/bad#1',
  })
})
