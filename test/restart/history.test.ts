import { expect, test } from 'vitest'

import { type BackoffContext, ListBackoff } from '../../src/restart/backoff.ts'
import { History, type RestartRecord } from '../../src/restart/history.ts'
import { decide, FRESH } from '../../src/restart/policy.ts'
import { play, times } from '../support/lives.ts'

const FIRST = { startedAt: 0, endedAt: 10, uptime: 10 }
const SECOND = { startedAt: 110, endedAt: 130, uptime: 20 }
const LIVES = [{ uptime: 10 }, { uptime: 20 }, { uptime: 500 }]

test('a window is given each failure since the last reset, with its delay', async () => {
  const seen: (readonly RestartRecord[])[] = []
  await play(
    {
      policy: 'always',
      maxRestarts: 1,
      resetAfter: 500,
      backoff: new ListBackoff([100, 200]),
      window(failures) {
        seen.push(failures)
        return 0
      },
    },
    LIVES,
  )
  expect(seen).toEqual([
    [{ ...FIRST, delay: 100 }],
    [
      { ...FIRST, delay: 100 },
      { ...SECOND, delay: 200 },
    ],
    [{ startedAt: 330, endedAt: 830, uptime: 500, delay: 100 }],
  ])
})

test('a loop gives up when its window counts more than maxRestarts', async () => {
  const window = (failures: readonly RestartRecord[]): number =>
    failures.filter(({ uptime }) => uptime > 15).length
  expect(await play({ policy: 'always', maxRestarts: 2, window }, LIVES)).toMatchObject({ ended: 'up' })
  expect(await play({ policy: 'always', maxRestarts: 1, window }, LIVES)).toMatchObject({
    starts: 3,
    ended: 'gave up',
  })
})

test('a backoff is given the failures, the one that asks without a delay', async () => {
  const contexts: (BackoffContext | undefined)[] = []
  const backoff = {
    next(_attempt: number, context?: BackoffContext) {
      contexts.push(context)
      return 100
    },
  }
  await play({ policy: 'always', backoff }, LIVES.slice(0, 2))
  expect(contexts.map((context) => context?.failures)).toStrictEqual([
    [FIRST],
    [{ ...FIRST, delay: 100 }, SECOND],
  ])
})

test('a backoff is not asked when a window of ms gives up', async () => {
  let asked = 0
  const backoff = { next: () => 10 * ++asked }
  expect(await play({ policy: 'always', maxRestarts: 2, backoff }, times(3))).toMatchObject({
    ended: 'gave up',
  })
  expect(asked).toBe(2)
})

test('of very many failures the latest thousand are remembered', async () => {
  const counts: number[] = []
  const window = (failures: readonly RestartRecord[]): number => counts.push(failures.length)
  expect(await play({ policy: 'always', maxRestarts: 1200, window }, times(1201))).toMatchObject({
    starts: 1201,
    ended: 'gave up',
  })
  expect(counts.slice(998, 1002)).toEqual([999, 1000, 1000, 1000])
})

test('a loop without a limit remembers no more of its failures than it may be asked for', () => {
  const rules = {
    policy: 'always',
    success: [0],
    maxRestarts: Infinity,
    window: Infinity,
    resetAfter: Infinity,
    backoff: new ListBackoff([0]),
    random: undefined,
  } as const
  const failure = { kind: 'start-failed', startedAt: 0, error: undefined } as const
  let state = FRESH
  for (let now = 1; now <= 1500; now++) {
    const decision = decide(rules, state, failure, now)
    if (decision.kind === 'restart') state = decision.state
  }
  expect(state.failures).toBe(1500)
  expect([state.counted.length, state.history.length]).toEqual([0, 1000])
})

test('a history goes on where it is, until that is twice as long as what is remembered', () => {
  const record = (startedAt: number): RestartRecord => ({ startedAt, endedAt: startedAt, uptime: 0 })
  const [empty, records]: RestartRecord[][] = [[], [record(0)]]
  // All loops begin with the same one.
  new History(empty).with(record(0))
  let history = new History(records)
  for (let time = 1; time < 2010; time++) history = history.with(record(time))
  expect([empty?.length, records?.length, history.length]).toEqual([0, 2000, 1000])
})

test('a history that has gone on stays as it is, and can go on in another way', () => {
  const record = (startedAt: number): RestartRecord => ({ startedAt, endedAt: startedAt, uptime: 0 })
  const times = (history: History): number[] => history.listWith(record(-1)).map(({ startedAt }) => startedAt)
  let history = new History()
  const first = history.with(record(0))
  const [one, other] = [first.with(record(1)), first.with(record(2))]
  expect([times(history), times(first), times(one), times(other)]).toEqual([
    [-1],
    [0, -1],
    [0, 1, -1],
    [0, 2, -1],
  ])
  for (let time = 0; time < 4500; time++) {
    history = history.with(record(time))
    expect(history.last?.startedAt).toBe(time)
  }
  expect(history.length).toBe(1000)
  expect(times(history)).toEqual([...Array.from({ length: 999 }, (_, index) => 3501 + index), -1])
})
