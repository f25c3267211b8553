import { isDeepStrictEqual } from 'node:util'

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import type { Json } from '../../src/json.ts'
import { entries, recorded, type Step, steps, still } from './recorded.ts'

const logs = fc.array(steps, { minLength: 1, maxLength: 8 })

function exchanged(log: readonly Step[], at: number, ...by: Step[]): Step[] {
  return log.toSpliced(at, 1, ...by)
}

function fault(proof: Json): string {
  return still({ kind: 'fault', agent: 'agent', attempt: 1, fault: 'exit', proof }).hash()
}

test('is 16 hexadecimal digits, of an empty timeline too', () => {
  expect(still().hash()).toMatch(/^[0-9a-f]{16}$/)
  expect(still({ kind: 'note', text: '' }).hash()).toMatch(/^[0-9a-f]{16}$/)
})

test('is the same for the same entries, wherever the keys of objects stand', () => {
  fc.assert(
    fc.property(logs, (log) => {
      const turned = log.map((step) => ({ ...step, entry: backwards(step.entry) as typeof step.entry }))
      expect(recorded(turned).hash()).toBe(recorded(log).hash())
    }),
  )
})

test('is another for any entry that is changed, added, removed or swapped with its neighbour', () => {
  fc.assert(
    fc.property(logs, fc.nat(), entries, (log, index, entry) => {
      const at = index % log.length
      const step = log[at]!
      const hash = recorded(log).hash()
      fc.pre(!isDeepStrictEqual(entry, step.entry))
      expect(recorded(exchanged(log, at, { ...step, entry })).hash()).not.toBe(hash)
      expect(recorded(exchanged(log, at, step, { ...step, entry })).hash()).not.toBe(hash)
      expect(recorded(exchanged(log, at)).hash()).not.toBe(hash)
      const [one, other] = [{ ...step, entry }, step]
      expect(recorded([...log, one, other]).hash()).not.toBe(recorded([...log, other, one]).hash())
    }),
  )
})

test('has virtual times in it, and whether time was virtual, but no real times; neither has the text', () => {
  fc.assert(
    fc.property(logs, fc.nat(), fc.integer({ min: 1, max: 1e9 }), (log, index, shift) => {
      const at = index % log.length
      const step = log[at]!
      const later = exchanged(log, at, { ...step, time: step.time + shift / 1000 })
      const [before, after] = [recorded(log), recorded(later)]
      expect(after.hash() === before.hash()).toBe(!step.virtual)
      expect(`${after}` === `${before}`).toBe(!step.virtual)
      expect(recorded(exchanged(log, at, { ...step, virtual: !step.virtual })).hash()).not.toBe(before.hash())
    }),
  )
})

test('knows proofs apart, but not by numbers of processes', () => {
  expect(fault({ code: 1, pid: 4711 })).toBe(fault({ pid: 4712, code: 1 }))
  expect(fault({ code: 1, children: [{ ppid: 1 }] })).toBe(fault({ code: 1, children: [{ ppid: 2 }] }))
  const others = [
    null,
    {},
    [],
    { code: 1 },
    { code: 2 },
    { code: '1' },
    { code: [1] },
    { side: 1 },
    { rapid: 1 },
  ]
  expect(new Set(others.map(fault)).size).toBe(others.length)
})

test('knows texts apart that are no valid Unicode', () => {
  expect(still({ kind: 'note', text: '\uD800' }).hash()).not.toBe(
    still({ kind: 'note', text: '\uD801' }).hash(),
  )
})

test('takes noise of floating-point times for what it is', () => {
  const backoff = { kind: 'backoff', agent: 'agent', attempt: 1 } as const
  const noisy = recorded([{ time: 0.1 + 0.2, entry: { ...backoff, delay: 0.1 + 0.7 } }])
  expect(noisy.hash()).toBe(recorded([{ time: 0.3, entry: { ...backoff, delay: 0.8 } }]).hash())
})

/** The same value with the keys of its objects in the opposite order. */
function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards)
  if (typeof value !== 'object' || value === null) return value
  const turned = Object.entries(value).map(([key, part]) => [key, backwards(part)] as const)
  return Object.fromEntries(turned.toReversed())
}
