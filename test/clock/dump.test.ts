import path from 'node:path'

import { expect, test } from 'vitest'

import { type ClockState, describeUncontrolled, dump } from '../../src/clock/dump.ts'

const STACK = [
  'Error: look at me (/home/me/message.ts:1:1)',
  '    at <anonymous>',
  '    at node:internal/timers:5:1',
  '    at listOnTimeout (node:internal/timers:581:17)',
  '    at new Promise (<anonymous>)',
  '    at Array.map (<anonymous>)',
  `    at start (${path.resolve('src/clock/clock.ts')}:1:1)`,
  '    at retry (/home/me/node_modules/retry/index.js:3:5)',
  '    at new PromisePool.<anonymous> (/home/me/main.ts:7:9)',
].join('\n')
const LIBRARY = STACK.split('\n').slice(0, -1).join('\n')

function state(parts: Partial<ClockState>, processes: string[] = []): ClockState {
  const situation = { describe: () => processes } as unknown as ClockState['situation']
  return { now: 5, situation, timers: [], open: [], inFlight: [], uncontrolled: [], ...parts }
}

test('a clock at which nothing happens says so', () => {
  expect(dump(state({})).split('\n')).toEqual([
    'Virtual time is 5 ms.',
    'Processes:',
    '  none lives',
    'Virtual timers:',
    '  none is set',
  ])
})

test('all that is known is told, each timer with the line of the user that set it', () => {
  const text = dump(
    state(
      {
        timers: [
          { at: 10, delay: 7, kind: 'timeout', stack: STACK },
          { at: 20, delay: 8, kind: 'interval', stack: LIBRARY },
          { at: 30, delay: 9, kind: 'sleep', stack: '' },
        ],
        open: ['GET /'],
        inFlight: ['FSReqCallback', 'Zlib', 'FSReqCallback'],
        uncontrolled: [{ what: 'AbortSignal.timeout', ms: 50, stack: STACK, count: 1 }],
      },
      ['web: at rest'],
    ),
  )
  expect(text.split('\n')).toEqual([
    'Virtual time is 5 ms.',
    'Processes:',
    '  web: at rest',
    'Virtual timers:',
    '  10 ms: a timeout of 7 ms, set at new PromisePool.<anonymous> (/home/me/main.ts:7:9)',
    '  20 ms: an interval of 8 ms, set at retry (/home/me/node_modules/retry/index.js:3:5)',
    '  30 ms: a wait of 9 ms',
    'Without an answer:',
    '  GET /',
    'At work in this process:',
    '  FSReqCallback (2), Zlib',
    'Real timers, which no virtual time moves:',
    '  AbortSignal.timeout (50 ms), set at new PromisePool.<anonymous> (/home/me/main.ts:7:9)',
  ])
})

test('of many timers twenty are told of', () => {
  const timer = { at: 1, delay: 1, kind: 'sleep', stack: '' } as const
  const lines = (count: number): string[] =>
    dump(state({ timers: Array.from({ length: count }, () => timer) }))
      .split('\n')
      .slice(4)
  expect([lines(20).length, lines(20).at(-1)]).toEqual([20, '  1 ms: a wait of 1 ms'])
  expect([lines(22).length, lines(22).at(-1)]).toEqual([21, '  and 2 more'])
})

test('a real timer that was set again and again is told of once, and one may have no length', () => {
  expect(describeUncontrolled([{ what: 'a file watcher', ms: undefined, stack: '', count: 3 }])).toEqual([
    'a file watcher, 3 times',
  ])
})
