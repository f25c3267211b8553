import { getEventListeners } from 'node:events'

import { expect, test } from 'vitest'

import { SuperviseError } from '../../src/errors.ts'
import { failureReason } from '../../src/timeline/events.ts'
import { Timeline } from '../../src/timeline/timeline.ts'
import { recorded, still } from './recorded.ts'

const WEB = { agent: 'web', attempt: 1 } as const

test('events are numbered, timed and marked as virtual at the moment they are recorded', () => {
  const time = { at: 5.00049, virtual: false }
  const timeline = new Timeline({ now: () => time.at, virtual: () => time.virtual })
  timeline.record({ ...WEB, kind: 'spawn' })
  Object.assign(time, { at: 7, virtual: true })
  timeline.note('now')
  expect(timeline.events).toEqual([
    { ...WEB, kind: 'spawn', seq: 1, time: 5, virtual: false },
    { kind: 'note', text: 'now', seq: 2, time: 7, virtual: true },
  ])
})

test('the real time of an event is read once, and is the one by which its time is told', () => {
  let reads = 0
  const timeline = new Timeline({
    now: (real = NaN) => real - 1000,
    virtual: () => false,
    real: () => 1000 + 7.00049 * ++reads,
  })
  timeline.note('one')
  timeline.note('two')
  const { events, realTimes, end } = timeline.recording()
  expect(events.map(({ time }) => time)).toEqual([7, 14.001])
  expect(realTimes).toEqual([1007, 1014.001])
  expect(end).toEqual({ time: 21.001, virtual: false, real: 1021.001 })
})

test('a moment just before the body begins is at 0', () => {
  const timeline = recorded([{ time: -0.0001, entry: { ...WEB, kind: 'spawn' } }])
  expect(timeline.events[0]?.time).toBe(0)
})

test('events cannot be changed, and a look at them does not grow', () => {
  const timeline = still({ ...WEB, kind: 'spawn' })
  const before = timeline.events
  expect(timeline.events).toBe(before)
  timeline.note('later')
  expect(before).toHaveLength(1)
  expect(timeline.events).toHaveLength(2)
  expect(() => (before as unknown[]).push('x')).toThrow(TypeError)
  expect(() => Object.assign(before[0]!, { attempt: 9 })).toThrow(TypeError)
})

test('until gives the first event of the past that fits', async () => {
  const timeline = still(
    { ...WEB, kind: 'ready' },
    { agent: 'db', attempt: 1, kind: 'ready' },
    { agent: 'db', attempt: 2, kind: 'exit', exitCode: 3, signal: null },
    { agent: 'db', attempt: 2, kind: 'ready' },
  )
  expect(await timeline.until('ready')).toMatchObject({ seq: 1 })
  expect(await timeline.until('ready', { agent: 'db' })).toMatchObject({ seq: 2 })
  expect(await timeline.until('ready', { agent: 'db', attempt: 2 })).toMatchObject({ seq: 4 })
  expect(await timeline.until('ready', { attempt: 2 })).toMatchObject({ seq: 4 })
  expect((await timeline.until('exit')).exitCode).toBe(3)
})

test('until gives the first event of the future that fits, to all who wait', async () => {
  const timeline = still({ ...WEB, kind: 'ready' })
  const waits = [
    timeline.until('exit'),
    timeline.until('exit', { attempt: 2 }),
    timeline.until('ready', { agent: 'db' }),
    timeline.until('note', {}),
  ]
  timeline.note('one')
  timeline.note('two')
  timeline.record({ ...WEB, kind: 'exit', exitCode: 0, signal: null })
  await waits[0]
  timeline.record({ agent: 'db', attempt: 2, kind: 'ready' })
  timeline.record({ ...WEB, attempt: 2, kind: 'exit', exitCode: 0, signal: null })
  const events = await Promise.all(waits)
  expect(events.map(({ seq }) => seq)).toEqual([4, 6, 5, 2])
})

test('a note of what is no text is a text', () => {
  const timeline = still()
  for (const remark of [10n, undefined, Buffer.from('ü'), { a: 1 }]) timeline.note(remark as never)
  expect(timeline.toString()).toBe(
    ['10', 'undefined', 'ü', '[object Object]']
      .map((text) => `[       0 ms]              note: ${text}`)
      .join('\n'),
  )
  expect(JSON.parse(JSON.stringify(timeline.events))).toEqual(timeline.events)
})

test('a note is about no agent', async () => {
  const timeline = still({ kind: 'note', text: 'x' })
  const stop = new AbortController()
  const waits = [{ agent: 'web' }, { attempt: 1 }].map((options) =>
    timeline.until('note', { ...options, signal: stop.signal }),
  )
  stop.abort(new Error('enough'))
  for (const wait of waits) await expect(wait).rejects.toThrow('enough')
})

test('until ends with the reason of its signal and leaves no listener', async () => {
  const timeline = still()
  const stop = new AbortController()
  const ended = timeline.until('exit', { signal: stop.signal })
  const met = timeline.until('ready', { signal: stop.signal })
  timeline.note('something else')
  timeline.record({ ...WEB, kind: 'ready' })
  await met
  timeline.note('again')
  expect(getEventListeners(stop.signal, 'abort').length).toBeGreaterThan(0)
  stop.abort(new Error('enough'))
  await expect(ended).rejects.toThrow('enough')
  expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  await expect(timeline.until('ready', { signal: stop.signal })).rejects.toThrow('enough')
})

test('until leaves no listener when it has got what it waited for', async () => {
  const timeline = still()
  const { signal } = new AbortController()
  const waits = [timeline.until('ready', { signal }), timeline.until('spawn', { signal })]
  timeline.record({ ...WEB, kind: 'spawn' })
  timeline.record({ ...WEB, kind: 'ready' })
  await Promise.all(waits)
  await timeline.until('spawn', { signal })
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('until refuses a kind that does not exist', async () => {
  await expect(still().until('exited' as 'exit')).rejects.toMatchObject({
    code: 'ERR_OPTION_INVALID',
    message: expect.stringMatching(/"exited", but kinds are spawn, .*\bexit, /) as string,
  })
})

test('the reason of a failure is its code, else what it says in its first line', () => {
  const coded = new SuperviseError('ERR_AGENT_EXITED', 'Process 4711 exited.')
  expect(failureReason(coded)).toBe('ERR_AGENT_EXITED')
  expect(failureReason(Object.assign(new Error('spawn /x'), { code: 'ENOENT' }))).toBe('ENOENT')
  expect(failureReason(new TypeError('no database\n    at /x'))).toBe('TypeError: no database')
  expect(failureReason('plain\ntext')).toBe('plain')
  expect(failureReason({ status: 503 })).toBe('{ status: 503 }')
  expect(failureReason(undefined)).toBe('undefined')
  expect(failureReason('')).toBe('')
})
