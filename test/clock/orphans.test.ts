import { expect, test } from 'vitest'

import type { Evidence, Rest } from '../../src/clock/evidence/evidence.ts'
import { Orphans } from '../../src/clock/orphans.ts'
import { Look } from '../../src/clock/situation.ts'

/** What the system shows of each process, and looks at it. */
function world(shown: Record<number, Rest>): { look(): Look; namesOf(look: Look): string[] } {
  const evidence = (pid: number): Evidence | undefined => {
    const rest = shown[pid]
    return rest && { rest, fingerprint: '', lines: [`${pid}`], covers: (one) => one === pid }
  }
  return {
    look: () => new Look({ look: evidence }, new Set()),
    namesOf: (look) => look.situation.describe(),
  }
}

const ORPHAN = 'a process whose parent has ended: at work'

test('who has lost its parent is looked for when somebody has ended, and seen from then on', () => {
  const shown: Record<number, Rest> = { 7: 'running' }
  const { look, namesOf } = world(shown)
  let searches = 0
  const orphans = new Orphans(() => [7].slice(0, ++searches))
  const lookAgain = (): string[] => {
    const one = look()
    orphans.addTo(one)
    return namesOf(one)
  }
  expect([lookAgain(), searches]).toEqual([[], 0])
  orphans.noteEnd()
  expect([lookAgain(), searches]).toEqual([[ORPHAN, '  7'], 1])
  expect([lookAgain(), searches]).toEqual([[ORPHAN, '  7'], 1])
})

test('who has ended, or is somebody’s child, is no orphan any more', () => {
  const shown: Record<number, Rest> = { 7: 'running', 8: 'running' }
  const { look, namesOf } = world(shown)
  const orphans = new Orphans(() => [7, 8, 9])
  orphans.noteEnd()
  const first = look()
  first.add('web', 8, undefined)
  orphans.addTo(first)
  // Of the third the system shows nothing.
  expect(namesOf(first).filter((line) => line.startsWith(' '))).toEqual(['  8', '  7'])
  shown[7] = 'gone'
  const second = look()
  orphans.addTo(second)
  expect(namesOf(second)).toHaveLength(2)
  shown[7] = 'running'
  const third = look()
  orphans.addTo(third)
  expect(namesOf(third)).toEqual([])
})
