import { expect, test } from 'vitest'

import { lanesOf } from '../../src/report/lanes.ts'
import { crashLoop, recordingOf } from './recordings.ts'

test('an attempt starts, is ready, exits, and then waits in its own lane', () => {
  const [first, second] = lanesOf(recordingOf(crashLoop(2)).events)
  expect([first, second]).toEqual([
    {
      name: 'web#1',
      agent: 'web',
      attempt: 1,
      bars: [
        { phase: 'starting', from: 0, to: 1, end: 'open' },
        { phase: 'ready', from: 1, to: 3, end: 'failed' },
        { phase: 'backoff', from: 4, to: 5, end: 'open' },
      ],
      events: [0, 1, 2, 3, 4],
    },
    {
      name: 'web#2',
      agent: 'web',
      attempt: 2,
      bars: [
        { phase: 'starting', from: 5, to: 6, end: 'open' },
        { phase: 'ready', from: 6, to: 8, end: 'failed' },
      ],
      events: [5, 6, 7, 8, 9],
    },
  ])
})

test('lanes are together by agent, in the order of their first events, and requests are in those of their attempts', () => {
  const answered = { method: 'GET', url: 'http://a/', outcome: 'answered', status: 200 } as const
  const { events } = recordingOf([
    [0, { kind: 'note', text: 'begin' }],
    [0, { kind: 'spawn', agent: 'web', attempt: 1 }],
    [0, { kind: 'spawn', agent: 'test', attempt: 1 }],
    [1, { kind: 'request', agent: 'web', attempt: 1, ...answered }],
    [0, { kind: 'request', agent: 'web', attempt: undefined, ...answered }],
    [0, { kind: 'request', agent: undefined, attempt: undefined, ...answered }],
    [0, { kind: 'fault', agent: 'test', attempt: undefined, fault: 'answer', proof: null }],
    [1, { kind: 'spawn', agent: 'web', attempt: 2 }],
  ])
  expect(lanesOf(events).map(({ name, events }) => [name, events])).toEqual([
    ['test', [0]],
    ['-', [5]],
    ['web#1', [1, 3]],
    ['web', [4]],
    ['web#2', [7]],
    ['test#1', [2]],
    ['test', [6]],
  ])
})

test.each([
  ['stopped', { kind: 'stopped' }],
  ['gave-up', { kind: 'gave-up' }],
  ['spawn-failed', { kind: 'spawn-failed', code: 'ENOENT' }],
  ['backoff', { kind: 'backoff', delay: 7 }],
] as const)('a backoff ends with %s of its agent, and not of another', (_, end) => {
  const { events } = recordingOf([
    [0, { kind: 'backoff', agent: 'web', attempt: 1, delay: 5 }],
    [1, { ...end, agent: 'other', attempt: 1 }],
    [1, { ...end, agent: 'web', attempt: 2 }],
  ])
  expect(lanesOf(events)[0]?.bars).toEqual([{ phase: 'backoff', from: 0, to: 2, end: 'open' }])
})

test('who lives at the end has a bar without an end, and who ended untold has not failed', () => {
  const { events } = recordingOf([
    [0, { kind: 'spawn', agent: 'lives', attempt: 1 }],
    [0, { kind: 'spawn', agent: 'untold', attempt: 1 }],
    [1, { kind: 'exit', agent: 'untold', attempt: 1, exitCode: null, signal: null }],
    [0, { kind: 'spawn-failed', agent: 'never', attempt: 1, code: 'EACCES' }],
  ])
  expect(lanesOf(events).map(({ bars }) => bars)).toEqual([
    [{ phase: 'starting', from: 0, to: 4, end: 'open' }],
    [{ phase: 'starting', from: 1, to: 2, end: 'exited' }],
    [],
  ])
})

test('each event is looked at a few times, however many there are', () => {
  const { events } = recordingOf(crashLoop(1000, 'web', () => 1))
  let looks = 0
  const counted = new Proxy(events, {
    get: (target, key) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1
      return Reflect.get(target, key) as unknown
    },
  })
  expect(lanesOf(counted)).toHaveLength(1000)
  expect(looks).toBeLessThanOrEqual(3 * events.length)
})
