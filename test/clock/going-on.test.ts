import { createClock } from '@sinonjs/fake-timers'
import { expect, test } from 'vitest'

import { goOn } from '../../src/clock/going-on.ts'

interface GoingOn {
  readonly engine: ReturnType<typeof createClock>
  /** What was called, each with the time that it found. */
  readonly log: string[]
  note(name: string): () => void
  /** Has this pass, in ms, and calls what has become due. */
  pass(ms: number): void
}

/** An engine whose time goes on from 100. */
function goingOn(): GoingOn {
  const engine = createClock(100)
  const log: string[] = []
  const note = (name: string) => () => void log.push(`${engine.now} ${name}`)
  engine.setTimeout(note('set before'), 10)
  let elapsed = 0
  const callDue = goOn(engine, () => elapsed)
  const pass = (ms: number): void => {
    elapsed += ms
    callDue()
  }
  return { engine, log, note, pass }
}

test('time goes on in whole ms, and timers are called at theirs', () => {
  const { engine, log, note, pass } = goingOn()
  pass(4.9)
  expect([engine.now, log]).toEqual([104, []])
  engine.setTimeout(note('set later'), 3)
  pass(20)
  expect([engine.now, log]).toEqual([124, ['107 set later', '110 set before']])
  pass(100)
  expect([engine.now, log.length]).toEqual([224, 2])
})

test('what is set by a timer that is called late is set from when it was due', () => {
  const { engine, log, note, pass } = goingOn()
  engine.setTimeout(() => engine.setTimeout(note('set by it'), 5), 20)
  pass(30)
  expect(log).toEqual(['110 set before', '125 set by it'])
})

test('what one throws is thrown when all that are due have been called, and time goes on', () => {
  const { engine, log, note, pass } = goingOn()
  engine.setTimeout(() => {
    throw new Error('first')
  }, 3)
  engine.setTimeout(note('last'), 12)
  expect(() => pass(15)).toThrow('first')
  expect([engine.now, log]).toEqual([115, ['110 set before', '112 last']])
  pass(5)
  expect([engine.now, log.length]).toEqual([120, 2])
})
