import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import type { TimelineRecord } from '../../src/timeline/attempt-records.ts'
import { recorded, type Step, still } from './recorded.ts'

/** How one attempt goes. Times are ms: since the spawn before, and since its own spawn. */
interface Life {
  readonly agent: string
  readonly after: number
  readonly end: 'unspawned' | 'lives' | 'exits' | 'killed' | 'vanishes'
  readonly ready: number | undefined
  readonly exit: number
}

const life: fc.Arbitrary<Life> = fc.record({
  agent: fc.constantFrom('web', 'db'),
  after: fc.nat({ max: 50 }),
  end: fc.constantFrom('unspawned', 'lives', 'exits', 'killed', 'vanishes'),
  ready: fc.option(fc.nat({ max: 50 }), { nil: undefined }),
  exit: fc.integer({ min: 51, max: 150 }),
})

/** What is to be recorded, and the steps from which. */
function played(lives: readonly Life[]): { records: TimelineRecord[]; steps: Step[] } {
  const records: TimelineRecord[] = []
  const steps: Step[] = []
  let time = 0
  for (const { agent, after, end, ready, exit } of lives) {
    time += after
    const who = { agent, attempt: 1 + records.filter((record) => record.agent === agent).length }
    const none = { exitCode: null, signal: null }
    const spawn = { ...who, spawnedAt: time }
    if (end === 'unspawned') {
      steps.push({ time, entry: { ...who, kind: 'spawn-failed', code: 'EACCES' } })
      records.push({ ...spawn, ...none, exitedAt: time, error: 'EACCES' })
      continue
    }
    steps.push({ time, entry: { ...who, kind: 'spawn' } })
    if (ready !== undefined) steps.push({ time: time + ready, entry: { ...who, kind: 'ready' } })
    const up = ready === undefined ? {} : { readyAt: time + ready }
    const fate = {
      exits: { exitCode: 3, signal: null },
      killed: { exitCode: null, signal: 'SIGKILL' },
      vanishes: none,
      lives: none,
    }[end] as typeof none
    if (end !== 'lives') steps.push({ time: time + exit, entry: { ...who, kind: 'exit', ...fate } })
    records.push({ ...spawn, ...up, ...(end !== 'lives' && { exitedAt: time + exit }), ...fate })
  }
  return { records, steps: steps.sort((a, b) => a.time - b.time) }
}

test('records, attempts and delays are those of what happened, however lives overlap', () => {
  fc.assert(
    fc.property(fc.array(life, { maxLength: 12 }), (lives) => {
      const { records, steps } = played(lives)
      const timeline = recorded(steps)
      expect(timeline.records()).toStrictEqual(records)
      expect(timeline.attempts()).toBe(records.length)
      for (const agent of ['web', 'db', 'nobody']) {
        const own = records.filter((record) => record.agent === agent)
        expect(timeline.records(agent)).toStrictEqual(own)
        expect(timeline.attempts(agent)).toBe(own.length)
        const delays: number[] = []
        for (const [index, { exitedAt }] of own.entries()) {
          const next = own[index + 1]?.spawnedAt
          if (next !== undefined && exitedAt !== undefined) delays.push(next - exitedAt)
        }
        expect(timeline.delays(agent)).toStrictEqual(delays)
      }
    }),
  )
})

test('an empty timeline has no attempts, records and delays', () => {
  expect([still().attempts(), still().records(), still().delays()]).toEqual([0, [], []])
})

test('delays are positive after an exit, negative on overlap, and go over failed spawns and resets', () => {
  const web = (attempt: number) => ({ agent: 'web', attempt })
  const timeline = recorded([
    { time: 0, entry: { ...web(1), kind: 'spawn' } },
    { time: 10, entry: { ...web(1), kind: 'exit', exitCode: 1, signal: null } },
    { time: 110, entry: { ...web(2), kind: 'spawn-failed', code: 'ENOENT' } },
    { time: 110, entry: { ...web(2), kind: 'reset' } },
    { time: 310, entry: { ...web(3), kind: 'spawn' } },
    { time: 500, entry: { ...web(4), kind: 'spawn' } },
    { time: 530, entry: { ...web(3), kind: 'exit', exitCode: null, signal: 'SIGKILL' } },
  ])
  expect(timeline.delays()).toEqual([100, 200, -30])
  expect(timeline.attempts('web')).toBe(4)
})

test('delays have no noise of floating-point numbers', () => {
  const who = { agent: 'web', attempt: 1 }
  const timeline = recorded([
    { time: 0, entry: { ...who, kind: 'spawn' } },
    { time: 0.1, entry: { ...who, kind: 'exit', exitCode: 1, signal: null } },
    { time: 0.3, entry: { agent: 'web', attempt: 2, kind: 'spawn' } },
  ])
  expect(timeline.delays()).toEqual([0.2])
})

test('delays of several agents are refused without a name', () => {
  const timeline = still(
    { agent: 'web', attempt: 1, kind: 'spawn' },
    { agent: 'db', attempt: 1, kind: 'spawn-failed', code: 'ENOENT' },
  )
  expect(() => timeline.delays()).toThrow(
    expect.objectContaining({
      code: 'ERR_TIMELINE_AGENT',
      agents: ['web', 'db'],
      message: expect.stringMatching(/2 agents, "web", "db", .*timeline\.delays\("web"\)/) as string,
    }),
  )
  expect(timeline.delays('db')).toEqual([])
})
