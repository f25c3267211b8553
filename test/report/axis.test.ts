import { expect, test } from 'vitest'

import { orderedAxis } from '../../src/report/axis.ts'
import { durationText } from '../../src/report/duration.ts'
import { realTimesOf } from '../../src/report/times.ts'
import { crashLoop, recordingOf } from './recordings.ts'

const note = { kind: 'note', text: '' } as const

test('what happens at one instant has a slot each, and longer waits are wider by the root of their length', () => {
  const { width, positions, ticks } = orderedAxis(recordingOf(crashLoop(4)), { width: 900, slot: 10 })
  const steps = positions.slice(1).map((at, index) => Math.round(at - positions[index]!))
  const slot = steps[0]!
  expect(steps.filter((step) => step === slot)).toHaveLength(17)
  const waits = [steps[4]!, steps[9]!, steps[14]!].map((step) => step - slot)
  expect(waits[1]! / waits[0]!).toBeCloseTo(Math.SQRT2, 1)
  expect(waits[2]! / waits[0]!).toBeCloseTo(2, 1)
  expect(width).toBeCloseTo(900, -1)
  expect(ticks.map(({ label }) => label)).toEqual(['0 ms', '1 s', '3 s', '7 s'])
})

test('an hour does not hide a second, and a slot is never narrower than asked', () => {
  const { positions } = orderedAxis(
    recordingOf([
      [0, note],
      [1000, note],
      [3_600_000, note],
    ]),
    { width: 100, slot: 30 },
  )
  expect(positions[1]).toBeGreaterThanOrEqual(30)
  expect(positions[2]! - positions[1]!).toBeGreaterThan(60)
})

test('labels that would touch the one before are left out', () => {
  const dense = recordingOf(Array.from({ length: 100 }, () => [1, note] as const))
  const { ticks } = orderedAxis(dense, { width: 500, slot: 5, character: 6 })
  for (const [index, { at, label }] of ticks.entries()) {
    expect(ticks[index + 1]?.at ?? Infinity).toBeGreaterThanOrEqual(at + label.length * 6)
  }
  expect(ticks.length).toBeGreaterThan(5)
})

test('real times begin with the first event and end with the recording; there are none where they are not known', () => {
  const recording = recordingOf(
    [
      [0, note],
      [1000, note],
    ],
    { end: 1000 },
  )
  const [first = 0, second = 0] = recording.realTimes
  expect(realTimesOf(recording)).toEqual([0, second - first, recording.end.real - first])
  expect(realTimesOf({ ...recording, realTimes: [] })).toBeUndefined()
})

test('time that was real again after the virtual one does not go backwards', () => {
  const recording = recordingOf([[5000, note]])
  const late = { ...recording, end: { time: 12.34, virtual: false, real: 0 } }
  expect(orderedAxis(late, { width: 100, slot: 10 })).toEqual(
    orderedAxis(recording, { width: 100, slot: 10 }),
  )
})

test.each([
  [0, '0 ms'],
  [0.25, '0.25 ms'],
  [999, '999 ms'],
  [1500, '1.5 s'],
  [59_999, '59.999 s'],
  [60_000, '1 min'],
  [125_000, '2 min 5 s'],
  [12_000_000, '3 h 20 min'],
  [5_463_000, '1 h 31 min 3 s'],
  [-1, '−1 ms'],
  [Infinity, '∞'],
])('%d ms is %s', (ms, text) => expect(durationText(ms)).toBe(text))
