import { inspect } from 'node:util'

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { recorded, steps, still } from './recorded.ts'

const WEB = { agent: 'web', attempt: 1 } as const

test('an empty timeline says so', () => {
  expect(`${still()}`).toBe('(nothing happened)')
})

const ASKED = { kind: 'request', method: 'GET', url: 'https://api.example.com/a' } as const

test('every kind of event has its words', () => {
  const timeline = still(
    { ...WEB, kind: 'spawn' },
    { ...WEB, kind: 'ready' },
    { ...WEB, kind: 'cue', name: 'after-migrate' },
    { ...WEB, kind: 'fault', fault: 'exit', proof: { code: 1 } },
    { ...WEB, kind: 'fault', fault: 'hang', proof: null },
    { ...WEB, kind: 'signal', signal: 'SIGTERM' },
    { ...WEB, kind: 'exit', exitCode: 1, signal: null },
    { ...WEB, kind: 'exit', exitCode: null, signal: 'SIGKILL' },
    { ...WEB, kind: 'exit', exitCode: null, signal: null },
    { ...WEB, kind: 'spawn-failed', code: 'ENOENT' },
    { ...WEB, kind: 'start-failed', reason: 'ERR_AGENT_READY_TIMEOUT' },
    { ...WEB, kind: 'backoff', delay: 1000 },
    { ...WEB, kind: 'reset' },
    { ...WEB, kind: 'gave-up' },
    { ...WEB, kind: 'stopped' },
    { ...ASKED, ...WEB, outcome: 'answered', status: 503 },
    { ...ASKED, ...WEB, outcome: 'forwarded', status: 200 },
    { ...ASKED, ...WEB, attempt: undefined, outcome: 'aborted', status: undefined },
    { ...ASKED, agent: undefined, attempt: undefined, outcome: 'unhandled', status: undefined },
    { kind: 'note', text: 'the database is gone' },
  )
  expect(timeline.toString().split('\n')).toEqual([
    '[       0 ms] web#1        spawned',
    '[       0 ms] web#1        ready',
    '[       0 ms] web#1        cue after-migrate',
    '[       0 ms] web#1        fault exit {"code":1}',
    '[       0 ms] web#1        fault hang',
    '[       0 ms] web#1        got SIGTERM',
    '[       0 ms] web#1        exited with code 1',
    '[       0 ms] web#1        killed by SIGKILL',
    '[       0 ms] web#1        exited',
    '[       0 ms] web#1        could not be spawned: ENOENT',
    '[       0 ms] web#1        start failed: ERR_AGENT_READY_TIMEOUT',
    '[       0 ms] web#1        backoff 1000 ms',
    '[       0 ms] web#1        restart count reset',
    '[       0 ms] web#1        gave up',
    '[       0 ms] web#1        stopped',
    '[       0 ms] web#1        GET https://api.example.com/a 503',
    '[       0 ms] web#1        GET https://api.example.com/a 200, forwarded',
    '[       0 ms] web          GET https://api.example.com/a aborted',
    '[       0 ms] -            GET https://api.example.com/a unhandled',
    '[       0 ms]              note: the database is gone',
  ])
})

test('virtual times have at most three decimals, real times are a dash', () => {
  const timeline = recorded([
    { time: 12.3456, virtual: false, entry: { ...WEB, kind: 'spawn' } },
    { time: 86_400_000, entry: { ...WEB, kind: 'ready' } },
    { time: 1234.56789, entry: { ...WEB, kind: 'backoff', delay: 0.1 + 0.2 } },
    { time: -0, entry: { ...WEB, kind: 'stopped' } },
  ])
  expect(timeline.toString().split('\n')).toEqual([
    '[          -] web#1        spawned',
    '[86400000 ms] web#1        ready',
    '[1234.568 ms] web#1        backoff 0.3 ms',
    '[       0 ms] web#1        stopped',
  ])
})

test('an agent with a long name shifts its own lines alone', () => {
  const timeline = still(
    { ...WEB, kind: 'ready' },
    { agent: 'a-long-agent-name', attempt: 12, kind: 'ready' },
  )
  expect(timeline.toString().split('\n')).toEqual([
    '[       0 ms] web#1        ready',
    '[       0 ms] a-long-agent-name#12 ready',
  ])
})

test('what would break a line or hide in it is escaped', () => {
  const timeline = still({ kind: 'note', text: 'one\r\n\ttwo\u001B[1m\u2028three\uD800 ' })
  expect(`${timeline}`).toBe('[       0 ms]              note: one\\r\\n\\ttwo\\u001b[1m\\u2028three\\ud800')
})

test('numbers of processes in a proof are left out, at any depth', () => {
  const proof = { pid: 4711, code: 1, group: [{ pgid: 4711, childPid: 2, children: 3 }], pids: [1] }
  const timeline = still({ ...WEB, kind: 'fault', fault: 'exit', proof })
  expect(`${timeline}`).toMatch(/ fault exit \{"code":1,"group":\[\{"children":3\}\]\}$/)
  const alone = still({ ...WEB, kind: 'fault', fault: 'exit', proof: { pid: 1 } })
  expect(`${alone}`).toMatch(/ fault exit$/)
})

test('the console shows the text', () => {
  const timeline = still({ ...WEB, kind: 'ready' })
  expect(inspect(timeline)).toBe('[       0 ms] web#1        ready')
})

test('every event is one line that nothing trims and that no later event changes', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 1, maxLength: 10 }), fc.nat(), (all, cut) => {
      const lines = recorded(all)
        .toString()
        .split(/\r|\n|\u0085|\u2028|\u2029/)
      expect(lines).toHaveLength(all.length)
      expect(lines.map((line) => line.trim())).toEqual(lines)
      const first = all.slice(0, 1 + (cut % all.length))
      expect(recorded(first).toString().split('\n')).toEqual(lines.slice(0, first.length))
    }),
  )
})
