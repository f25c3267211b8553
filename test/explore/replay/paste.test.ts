import { runInNewContext } from 'node:vm'

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import type { Failure } from '../../../src/explore/replay/failure.ts'
import { pasteText } from '../../../src/explore/replay/paste.ts'
import { FAILURE } from './failing.ts'

/** What the test that was pasted replays. */
function pasted(text: string): unknown {
  let replayed: unknown
  const exploration = {
    replay(failure: unknown): void {
      replayed = failure
    },
  }
  runInNewContext(`exploration\n${text}`, { exploration })
  return replayed
}

test('a failure is a test to paste', () => {
  const text = pasteText({
    ...FAILURE,
    message: "it's started\nagain",
    schedule: [
      ...FAILURE.schedule,
      { agent: 'db', attempt: 3, fault: 'slowStop', options: { ms: 700 }, at: { after: 12 } },
    ],
    hash: '0123456789abcdef',
    seed: 1,
    within: 60_000,
  })
  expect(text).toMatchInlineSnapshot(`
    "  // it's started again
      .replay({
        breaks: 'stop is final',
        schedule: [
          { attempt: 1, fault: 'exit', at: 'ready' },
          { step: 'stop', at: 500 },
          { agent: 'db', attempt: 3, fault: 'slowStop', options: { ms: 700 }, at: { after: 12 } },
        ],
        hash: '0123456789abcdef',
        seed: 1,
        within: 60000,
      })
    "
  `)
})

test('a short one stays on its line', () => {
  expect(pasteText({ breaks: "don't", schedule: [] })).toMatchInlineSnapshot(`
    "  .replay({ breaks: "don't", schedule: [] })
    "
  `)
})

/** Letters that need care. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(`'`, `"`, `'"`, '\\', '\n', '`${x}`', '\u2028', '\u0000'),
)
const json = fc.dictionary(
  fc.oneof(text, fc.constantFrom('a', 'b-c', '__proto__')),
  fc.jsonValue() as fc.Arbitrary<null>,
)

test('what is pasted replays what was found, whatever that is', () => {
  fc.assert(
    fc.property(
      text,
      text,
      fc.array(json),
      fc.option(fc.nat(), { nil: undefined }),
      (breaks, message, entries, seed) => {
        const schedule = entries.map((options) => ({
          attempt: 1,
          fault: 'exit',
          options,
          at: 'ready' as const,
        }))
        const failure: Failure = { breaks, message, schedule, ...(seed !== undefined && { seed }) }
        const replayed = pasted(pasteText(failure))
        const { message: _, ...needed } = failure
        expect(JSON.stringify(replayed)).toBe(JSON.stringify(needed))
      },
    ),
  )
})

test('no line is longer than 100 characters that can be shorter', () => {
  const step = fc.record({ step: fc.constantFrom('stop', 'start'), at: fc.nat() })
  const fault = fc.record({
    agent: fc.constantFrom('a', 'a-longer-name-of-an-agent'),
    attempt: fc.integer({ min: 1, max: 9 }),
    fault: fc.constantFrom('slowStop', 'exit'),
    options: fc.record({ ms: fc.nat(), signal: fc.constantFrom('SIGTERM', 'SIGKILL') }),
    at: fc.record({ after: fc.nat() }),
  })
  fc.assert(
    fc.property(fc.array(fc.oneof(step, fault), { maxLength: 8 }), (schedule) => {
      const lines = pasteText({ breaks: 'stop is final', schedule, hash: '0123456789abcdef' }).split('\n')
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100)
    }),
  )
})
