import { expect, test } from 'vitest'

import { canonical } from '../../../src/explore/search/canonical-schedule.ts'
import { fewerEntries } from '../../../src/explore/search/drops.ts'
import { Moments } from '../../../src/explore/search/moments.ts'
import { simplerEntries } from '../../../src/explore/search/moves.ts'
import { Player } from '../../../src/explore/play/player.ts'
import { replacements } from '../../../src/explore/search/replacements.ts'
import type { Schedule, ScheduledFault } from '../../../src/explore/schedule.ts'
import { Simplicity } from '../../../src/explore/search/simplicity.ts'
import { exploreKeepers } from './keepers.ts'

const exploration = exploreKeepers({ invariants: [] })
const simplicity = new Simplicity(exploration)

async function momentsOf(schedule: Schedule): Promise<Moments> {
  using player = new Player()
  return new Moments((await player.play(exploration, schedule)).trace)
}

async function fewer(schedule: Schedule): Promise<Schedule[]> {
  return [...fewerEntries(schedule, await momentsOf(schedule), simplicity)]
}

function exit(agent: string, attempt: number, at: ScheduledFault['at'] = 'ready'): ScheduledFault {
  return { agent, attempt, fault: 'exit', options: { code: 1 }, at }
}

test('each entry is left out, each pair, and each half', async () => {
  const [a, b, c, d] = [exit('one', 1), exit('one', 2), exit('two', 1), { step: 'stop', at: 5000 }] as const
  const all = await fewer([a, b, c, d])
  for (const rest of [
    [c, d],
    [a, b],
    [b, c, d],
    [a, c, d],
    [a, b, d],
    [a, b, c],
    [a, d],
    [b, c],
  ])
    expect(all).toContainEqual(rest)
})

test('where one entry is left out, or two are, later attempts come earlier', async () => {
  const all = await fewer([exit('one', 1), exit('one', 2), exit('two', 3), { step: 'stop', at: 5000 }])
  expect(all).toContainEqual([exit('one', 1), exit('two', 3), { step: 'stop', at: 5000 }])
  expect(all).toContainEqual([exit('one', 1), exit('two', 1)])
})

test('what is left out gives its time to another entry, be it a step or a fault', async () => {
  const all = await fewer([
    exit('one', 1, { after: 700 }),
    exit('one', 2, { after: 400 }),
    { step: 'stop', at: 2500 },
  ])
  expect(all).toContainEqual([exit('one', 2, { after: 400 }), { step: 'stop', at: 700 }])
  expect(all).toContainEqual([exit('one', 1, { after: 2500 }), exit('one', 2, { after: 400 })])
  expect(all).toContainEqual([exit('one', 1, { after: 700 }), exit('one', 2, { after: 800 })])
})

test('steps come earlier by what a fault took that is left out', async () => {
  const slow: ScheduledFault = {
    agent: 'one',
    attempt: 1,
    fault: 'slowStart',
    options: { ms: 3000 },
    at: 'start',
  }
  const all = await fewer([slow, exit('one', 1), { step: 'stop', at: 500 }, { step: 'stop', at: 3500 }])
  expect(all).toContainEqual([exit('one', 1), { step: 'stop', at: 500 }, { step: 'stop', at: 500 }])
})

test('what is left strikes the first of the agents', async () => {
  const all = await fewer([exit('one', 1), exit('two', 1), exit('two', 2)])
  expect(all).toContainEqual([exit('one', 1), exit('one', 2)])
})

test('the attempts that are struck become the first ones, or come one earlier', () => {
  const all = [...simplerEntries([exit('one', 2), exit('one', 4)], simplicity)]
  expect(all).toContainEqual([exit('one', 1), exit('one', 2)])
  expect(all).toContainEqual([exit('one', 2), exit('one', 3)])
  expect(all).toContainEqual([exit('one', 1), exit('one', 3)])
})

test('of two entries any other one is made, at any time of the play', async () => {
  const schedule = [exit('two', 1, { after: 600 }), { step: 'stop', at: 4000 }]
  const all = [...replacements(schedule, await momentsOf(schedule), simplicity, ['stop'])]
  for (const entry of [
    exit('two', 1),
    exit('two', 1, { after: 1600 }),
    { agent: 'two', attempt: 1, fault: 'notFound', at: 'spawn' },
    { step: 'stop', at: 1600 },
    { step: 'stop', at: 300 },
  ])
    expect(all).toContainEqual([entry])
  expect(all).toContainEqual([exit('two', 1, { after: 600 }), exit('two', 1)])
})

test('the moments of a play are its events, its timers, and its end', async () => {
  const moments = await momentsOf([exit('one', 1, { after: 600 })])
  expect(moments.times).toEqual([0, 600, 1600, 60_000])
  expect([1, 2, 3].map((attempt) => moments.readyAt({ agent: 'one', attempt }))).toEqual([0, 1600, undefined])
  expect([moments.attempts('one'), moments.attempts('two'), moments.attempts()]).toEqual([2, 1, 2])
})

test('faults come by agent and attempt, and then steps by time; what is about the same stays in its order', () => {
  const hang: ScheduledFault = { agent: 'one', attempt: 1, fault: 'hang', at: 'ready' }
  const mixed: Schedule = [
    { step: 'b', at: 500 },
    { step: 'a', at: 500 },
    { at: 100, step: 'c' },
    exit('two', 1),
    exit('one', 2),
    hang,
    { at: 'ready', options: { code: 1 }, fault: 'exit', attempt: 1, agent: 'one' },
  ]
  expect(canonical(exploration, mixed)).toEqual([
    hang,
    exit('one', 1),
    exit('one', 2),
    exit('two', 1),
    { step: 'c', at: 100 },
    { step: 'b', at: 500 },
    { step: 'a', at: 500 },
  ])
  expect(Object.keys(canonical(exploration, mixed)[1] ?? {})).toEqual([
    'agent',
    'attempt',
    'fault',
    'options',
    'at',
  ])
})

test('agents are named where there are several', () => {
  const nameless: Schedule = [{ attempt: 1, fault: 'hang', at: 'ready' }]
  expect(canonical(exploration, nameless)).toEqual([{ agent: 'one', attempt: 1, fault: 'hang', at: 'ready' }])
  const alone = exploreKeepers({ agents: ['one'] })
  expect(canonical(alone, canonical(exploration, nameless))).toEqual(nameless)
})
