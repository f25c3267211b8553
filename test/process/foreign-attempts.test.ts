import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, onTestFinished, test } from 'vitest'

import { systemClock } from '../../src/clock/clock.ts'
import type { AgentEvent } from '../../src/process/agent-event.ts'
import { Attempts } from '../../src/process/attempts.ts'
import { NO_FAULTS } from '../../src/process/fault-source.ts'
import type { ForeignAttempt } from '../../src/process/foreign-attempt.ts'
import { ForeignAttempts } from '../../src/process/foreign-attempts.ts'
import { processTable } from '../../src/process/table/index.ts'
import { brief } from '../support/harness.ts'
import { turns, until } from '../support/until.ts'

const NOTHING = { exitCode: null, signal: null }

/** Attempts of processes that the test starts as somebody else would. */
class Foreign {
  readonly events: AgentEvent[] = []
  readonly attempts = new ForeignAttempts({
    attempts: new Attempts(),
    faults: NO_FAULTS,
    clock: systemClock,
    observe: (event) => void this.events.push(event),
  })

  constructor() {
    onTestFinished(() => this.attempts.close())
  }

  begin(): { attempt: ForeignAttempt; kill: () => Promise<void> } {
    const child: ChildProcess = spawn('sleep', ['7501'], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
    const attempt = this.attempts.begin('a', processTable.get(child.pid ?? 0))
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    return { attempt, kill }
  }

  get told(): string[] {
    return brief(this.events)
  }
}

test('what one that is dead has said last is waited for, before the next spawn is told', async () => {
  const foreign = new Foreign()
  const first = foreign.begin()
  await first.kill()
  const second = foreign.begin()
  second.attempt.becameReady()
  await turns()
  expect(foreign.told).toEqual(['a 1 spawn'])
  first.attempt.ended({ exitCode: 3, signal: null })
  await turns()
  expect(foreign.told).toEqual(['a 1 spawn', 'a 1 exit 3', 'a 2 spawn', 'a 2 ready'])
})

test('several that are dead are told in the order of their attempts', async () => {
  const foreign = new Foreign()
  const first = foreign.begin()
  await first.kill()
  const second = foreign.begin()
  await second.kill()
  foreign.begin()
  second.attempt.ended(NOTHING)
  first.attempt.ended(NOTHING)
  await turns()
  expect(foreign.told).toEqual(['a 1 spawn', 'a 1 exit null', 'a 2 spawn', 'a 2 exit null', 'a 3 spawn'])
})

test('one that lives holds up nobody, and its exit is told when it is gone', async () => {
  const foreign = new Foreign()
  const first = foreign.begin()
  foreign.begin()
  expect(foreign.told).toEqual(['a 1 spawn', 'a 2 spawn'])
  first.attempt.ended(NOTHING)
  await turns()
  expect(foreign.told).toHaveLength(2)
  await first.kill()
  await until('its exit is told', () => foreign.told.length === 3)
  expect(foreign.told.at(-1)).toBe('a 1 exit null')
})

test('one whose connection somebody else keeps open is told without its last words', async () => {
  const foreign = new Foreign()
  const first = foreign.begin()
  await first.kill()
  foreign.begin()
  await until('it is told', () => foreign.told.length === 3)
  expect(foreign.told).toEqual(['a 1 spawn', 'a 1 exit null', 'a 2 spawn'])
  first.attempt.ended({ exitCode: 3, signal: null })
  expect(foreign.told).toHaveLength(3)
})

test('one whose process cannot be seen ends with its connection', () => {
  const foreign = new Foreign()
  const attempt = foreign.attempts.begin('a', undefined)
  attempt.ended({ exitCode: 5, signal: null })
  expect(foreign.told).toEqual(['a 1 spawn', 'a 1 exit 5'])
})

test('after the end nothing is told', async () => {
  const foreign = new Foreign()
  const first = foreign.begin()
  foreign.attempts.close()
  await first.kill()
  first.attempt.ended(NOTHING)
  expect(foreign.told).toEqual(['a 1 spawn'])
})

test('a fault whose end is certain says how, unless the agent says otherwise', () => {
  const foreign = new Foreign()
  const faults = { ...NO_FAULTS.begin('a', 1), fired: (id: number) => ['exit', 'signal', 'ignoreSignal'][id] }
  const attempts = new ForeignAttempts({
    attempts: new Attempts(),
    faults: { begin: () => faults },
    clock: systemClock,
    observe: (event) => void (event.kind === 'exit' && foreign.events.push(event)),
  })
  const end = (id: number, proof: Record<string, string | number>, words = {}): void => {
    const attempt = attempts.begin('a', undefined)
    attempt.fired(id, proof)
    attempt.ended({ ...NOTHING, ...words })
  }
  end(0, { code: 4 })
  end(0, { code: 4 }, { exitCode: 6 })
  end(1, { signal: 'SIGKILL' })
  end(1, { signal: 'SIGTERM' })
  end(1, { signal: 'SIGTERM' }, { signal: 'SIGTERM' })
  end(2, { signal: 'SIGKILL' })
  expect(foreign.told).toEqual(
    ['4', '6', 'SIGKILL', 'null', 'SIGTERM', 'null'].map((how, index) => `a ${index + 1} exit ${how}`),
  )
})
