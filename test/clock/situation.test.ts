import { expect, test } from 'vitest'

import type { Evidence, EvidenceSource, Rest } from '../../src/clock/evidence/evidence.ts'
import type { Participant } from '../../src/clock/participants.ts'
import { Look } from '../../src/clock/situation.ts'

/** What the system shows of a process, and of those that it has started. */
function tree(rest: Rest, lines: readonly string[], ...pids: number[]): Evidence {
  return { rest, fingerprint: `print of ${pids[0]}`, lines, covers: (pid) => pids.includes(pid) }
}

function sees(trees: Record<number, Evidence> = {}): EvidenceSource {
  return { look: (pid) => trees[pid] }
}

function participant(pid: number, facts: Partial<Participant> = {}): Participant {
  return {
    name: `program (${pid})`,
    pid,
    rests: true,
    state: 'at rest, without a timer',
    fingerprint: `word of ${pid}`,
    waiting: false,
    uncontrolled: [],
    next: undefined,
    ...facts,
  }
}

const lookAt = (evidence: EvidenceSource): Look => new Look(evidence, new Set())

test.each<[Rest | undefined, boolean | undefined, Rest | 'unknown']>([
  ['running', true, 'running'],
  ['parked', false, 'parked'],
  [undefined, true, 'parked'],
  [undefined, false, 'running'],
  [undefined, undefined, 'unknown'],
])('where the system shows %s, and the process says %s of its rest, it is %s', (shown, parked, rest) => {
  const look = lookAt(sees(shown ? { 7: tree(shown, [], 7) } : {}))
  expect(look.add('web', 7, { parked })).toBe(rest)
  expect(look.situation.fingerprint).toBe(shown ? 'print of 7' : String(parked))
})

test('of a process without a pid only its word is known', () => {
  const look = lookAt({
    look: () => {
      throw new Error('there is nobody to look at')
    },
  })
  expect(look.add('web', undefined, { parked: true })).toBe('parked')
  expect(look.situation.level).toBe('cooperative')
})

test('which processes have been taken in', () => {
  const look = lookAt(sees({ 7: tree('parked', [], 7, 8) }))
  look.add('web', 7, undefined)
  look.add('unseen', 9, undefined)
  expect([7, 8, 9, 10].map((pid) => look.covers(pid))).toEqual([true, true, true, false])
})

test.each<[string, readonly (boolean | undefined)[], string]>([
  ['nobody', [], 'exact'],
  ['all say so', [true, true], 'cooperative'],
  ['one says nothing', [true, undefined, true], 'heuristic'],
  ['one says that it is at work', [false, true], 'heuristic'],
])('that everybody rests is founded on this where %s', (_, words, level) => {
  const look = lookAt(sees())
  words.forEach((parked, i) => look.add('web', i + 1, { parked }))
  expect(look.situation.level).toBe(level)
})

test('a participant rests when it says so and the system shows nothing else', () => {
  const situationOf = (rests: boolean, shown: Rest | undefined): [boolean, boolean] => {
    const look = lookAt(sees(shown ? { 7: tree(shown, [], 7) } : {}))
    look.addParticipant(participant(7, { rests }))
    return [look.situation.settled, look.situation.restful]
  }
  expect(situationOf(true, 'parked')).toEqual([true, true])
  expect(situationOf(true, undefined)).toEqual([true, true])
  expect(situationOf(true, 'napping')).toEqual([true, false])
  expect(situationOf(true, 'running')).toEqual([false, false])
  expect(situationOf(false, 'parked')).toEqual([false, false])
  expect(situationOf(false, undefined)).toEqual([false, false])
})

test('a participant is seen in the tree of who has started it, and by itself where there is none', () => {
  const evidence = sees({
    7: tree(
      'parked',
      ['7 npm: parked in epoll_pwait', '  8 node: parked in futex', '  88 sh: parked'],
      7,
      8,
      88,
    ),
    8: tree('running', ['8 node: running'], 8),
    9: tree('dozing', ['9 node: dozing'], 9),
  })
  const look = lookAt(evidence)
  look.add('npm start', 7, undefined)
  look.addParticipant(participant(8))
  look.addParticipant(participant(9))
  const { settled, dozing, visible, fingerprint, describe } = look.situation
  expect({ settled, dozing, visible }).toEqual({ settled: true, dozing: true, visible: true })
  expect(fingerprint).toBe('print of 7word of 8 word of 9 print of 9')
  expect(describe()).toEqual([
    'npm start: at rest, until something wakes it',
    '  7 npm: parked in epoll_pwait',
    '    8 node: parked in futex',
    '    88 sh: parked',
    'program (8): at rest, without a timer',
    '  8 node: parked in futex',
    'program (9): at rest, without a timer',
    '  9 node: dozing',
  ])
})

test.each([
  [[7], true],
  [[7, 9], false],
  [[9, 7], false],
])('participants %j are visible where the system shows all of them', (pids, visible) => {
  const look = lookAt(sees({ 7: tree('parked', [], 7) }))
  for (const pid of pids) look.addParticipant(participant(pid))
  expect(look.situation.visible).toBe(visible)
  expect(look.situation.level).toBe('cooperative')
})

test('a participant that is at work is at work for what time moves on', () => {
  const look = lookAt(sees())
  look.addParticipant(participant(7, { rests: false, state: 'calls a timer' }))
  expect(look.situation).toMatchObject({ level: 'heuristic', fingerprint: 'word of 7 ' })
  expect(look.situation.describe()).toEqual(['program (7): calls a timer'])
})

test('among participants, who goes by no clock and does not rest is told', () => {
  const lines = [
    '5 sh: parked in wait4',
    '6 sleep: napping in clock_nanosleep',
    '7 node: running',
    '8 python: dozing',
  ]
  const all = tree('napping', lines, 5, 6, 7, 8)
  const look = lookAt(sees({ 5: all }))
  look.add('sh -c', 5, undefined)
  expect(look.situation.describe().slice(1)).toEqual(lines.map((line) => `  ${line}`))
  look.addParticipant(participant(7, { rests: false, state: 'starts' }))
  const apart = ', in real time: it goes by no clock'
  expect(look.situation.describe().slice(1)).toEqual([
    '  5 sh: parked in wait4',
    `  6 sleep: napping in clock_nanosleep${apart}`,
    '  7 node: running',
    `  8 python: dozing${apart}`,
    'program (7): starts',
    '  7 node: running',
  ])
  const nap = lines[1] as string
  const speaking = lookAt(sees({ 6: tree('napping', [nap], 6) }))
  speaking.add('agent', 6, { parked: true })
  speaking.addParticipant(participant(9))
  expect(speaking.situation.describe()[1]).toBe(`  ${nap}`)
})

test('what else was seen is part of the situation', () => {
  const look = lookAt(sees())
  look.addAll([{ name: 'its pipes', rest: 'running', lines: () => ['held by 4'] }])
  expect(look.situation).toMatchObject({ settled: false, restful: false })
  expect(look.situation.describe()).toEqual(['its pipes: at work', '  held by 4'])
})
