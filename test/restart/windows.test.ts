import { expect, test } from 'vitest'

import type { RestartRecord, RestartWindow } from '../../src/restart/history.ts'
import {
  failuresInInterval,
  failuresInSeconds,
  failuresPerLifetime,
  quickFailuresAtFirst,
  quickFailuresInARow,
  restartsSinceOpened,
} from '../../src/restart/presets/windows.ts'

/** Failures of programs that lived so long, each started so long after the end of the one before. The first starts at 10 s. */
function failures(lives: readonly number[], delay = 0): RestartRecord[] {
  let now = 10_000
  return lives.map((life) => {
    const [startedAt, endedAt] = [now, now + life]
    now = endedAt + delay
    return { startedAt, endedAt, uptime: 0, delay }
  })
}

test.for<[string, RestartWindow, number, readonly number[], readonly number[]]>([
  ['starts since a window opened', restartsSinceOpened(1000), 100, [300, 300, 300], [1, 2, 0]],
  [
    'starts up to the end of a window',
    restartsSinceOpened(1000),
    100,
    [300, 500, 0, 900, 1],
    [1, 2, 0, 1, 0],
  ],
  ['failures in an interval', failuresInInterval(1000), 0, [400, 599, 1, 999, 1], [1, 2, 1, 2, 1]],
  ['failures by the second', failuresInSeconds(2), 0, [999, 1, 1999, 1, 0], [1, 2, 3, 3, 4]],
  ['quick failures in a row', quickFailuresInARow(500), 0, [499, 499, 500, 0, 0], [1, 2, 0, 1, 2]],
  ['quick failures at first', quickFailuresAtFirst(500, 1000), 0, [499, 500, 0, 1, 0], [1, 1, 2, 2, 2]],
  ['failures until it has lived', failuresPerLifetime(1000), 50, [400, 599, 1, 0, 999], [1, 2, 1, 2, 3]],
])('a window counts %s', ([, window, delay, lives, counts]) => {
  const all = failures(lives, delay)
  expect(all.map((_, index) => window(all.slice(0, index + 1)))).toEqual(counts)
})

test('a window in which nothing has failed counts nothing', () => {
  const windows = [
    restartsSinceOpened(9),
    failuresInInterval(9),
    failuresInSeconds(9),
    quickFailuresInARow(9),
  ]
  expect(
    [...windows, quickFailuresAtFirst(9, 9), failuresPerLifetime(9)].map((window) => window([])),
  ).toEqual([0, 0, 0, 0, 0, 0])
})
