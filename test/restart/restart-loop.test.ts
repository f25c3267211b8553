import { getEventListeners } from 'node:events'

import { expect, test } from 'vitest'

import type { WatchResult } from '../../src/process/watcher.ts'
import { ExponentialBackoff, ListBackoff } from '../../src/restart/backoff.ts'
import {
  MaxRestartsExhaustedError,
  type RestartEvent,
  RestartLoop,
  type RestartLoopOptions,
  type Running,
} from '../../src/restart/restart-loop.ts'
import { deferred } from '../../src/wait.ts'
import { InstantClock } from '../support/instant-clock.ts'

const exit = (exitCode: number | null, signal: NodeJS.Signals | null = null): WatchResult => ({
  pid: 1,
  exitCode,
  signal,
})

/** Lets everything go on that can. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A process that ends so, after that long. */
function ends(clock: InstantClock, result: WatchResult, uptime = 0): Running {
  const exited = (async () => {
    await turn()
    clock.now += uptime
    return result
  })()
  return { pid: result.pid, exited }
}

function loop(options: Partial<RestartLoopOptions> & Pick<RestartLoopOptions, 'starter'>): {
  clock: InstantClock
  events: RestartEvent[]
  loop: RestartLoop
} {
  const clock = (options.clock as InstantClock | undefined) ?? new InstantClock()
  const events: RestartEvent[] = []
  return {
    clock,
    events,
    loop: new RestartLoop({
      policy: 'on-failure',
      ...options,
      clock,
      onEvent: (event) => events.push(event),
    }),
  }
}

test('four restarts are five starts, with growing delays between them', async () => {
  let starts = 0
  const starter = { start: () => Promise.reject(new Error(`start ${++starts}`)) }
  const { loop: failing, clock } = loop({
    starter,
    maxRestarts: 4,
    backoff: new ExponentialBackoff({ initial: 100, max: 2000 }),
  })
  const error = await failing.run().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(MaxRestartsExhaustedError)
  expect(error).toMatchObject({
    name: 'MaxRestartsExhaustedError',
    code: 'ERR_MAX_RESTARTS_EXHAUSTED',
    attempts: 5,
    cause: { message: 'start 5' },
  })
  expect(error).toHaveProperty('message', expect.stringContaining('max restarts exhausted'))
  expect(starts).toBe(5)
  expect(clock.slept).toEqual([100, 200, 400, 800])
})

test('what happens is told in order, to the end', async () => {
  const failure = new Error('no')
  const { loop: failing, events } = loop({
    starter: { start: () => Promise.reject(failure) },
    maxRestarts: 1,
  })
  const error = await failing.run().catch((thrown: unknown) => thrown)
  expect(events).toEqual([
    { type: 'start-failed', attempt: 1, error: failure },
    { type: 'backoff', attempt: 1, delay: 1000 },
    { type: 'start-failed', attempt: 2, error: failure },
    { type: 'gave-up', attempt: 2, error },
  ])
})

test('a loop that was aborted says so, and listens no more', async () => {
  const { signal } = new AbortController()
  await loop({ starter: { start: async () => {} } }).loop.run(signal)
  expect(getEventListeners(signal, 'abort')).toEqual([])
  const reason = new Error('enough')
  const { loop: aborted, events } = loop({ starter: { start: async () => {} } })
  await expect(aborted.run(AbortSignal.abort(reason))).rejects.toBe(reason)
  expect(events).toEqual([{ type: 'stopped', attempt: 0, reason }])
})

test('a clock that calls back is asked to, unless there is nothing to wait for', async () => {
  const waits: string[] = []
  const clock = {
    now: 0,
    async sleep(ms: number) {
      waits.push(`sleep ${ms}`)
    },
    after(ms: number, run: () => void) {
      waits.push(`after ${ms}`)
      queueMicrotask(run)
      return () => {}
    },
  }
  const starter = { start: () => Promise.reject(new Error('no')) }
  const backoff = new ListBackoff([0, 5])
  const failing = new RestartLoop({ policy: 'always', starter, maxRestarts: 2, backoff, clock })
  await expect(failing.run()).rejects.toThrow('max restarts exhausted')
  expect(waits).toEqual(['sleep 0', 'after 5'])
})

test('a start that hands over nothing to watch is the end', async () => {
  const { loop: quick } = loop({ starter: { start: async () => {} } })
  expect(await quick.run()).toEqual({ reason: 'started', attempts: 1, result: undefined })
})

test('never rejects with the first failure itself', async () => {
  const failure = new Error('no')
  const { loop: once } = loop({ policy: 'never', starter: { start: () => Promise.reject(failure) } })
  await expect(once.run()).rejects.toBe(failure)
  const clock = new InstantClock()
  const { loop: exits } = loop({
    policy: 'never',
    clock,
    starter: { start: async () => ends(clock, exit(3)) },
  })
  await expect(exits.run()).rejects.toMatchObject({ code: 'ERR_AGENT_EXITED', exitCode: 3 })
})

test('on-failure ends with a clean exit, and restarts after a code and after a signal', async () => {
  const clock = new InstantClock()
  const results = [exit(1), exit(null, 'SIGKILL'), exit(0)]
  const { loop: one, events } = loop({
    clock,
    starter: { start: async () => ends(clock, results.shift() ?? exit(0)) },
  })
  expect(await one.run()).toEqual({ reason: 'exited', attempts: 3, result: exit(0) })
  expect(events.map(({ type }) => type)).toEqual([
    'started',
    'exited',
    'backoff',
    'started',
    'exited',
    'backoff',
    'started',
    'exited',
  ])
})

test('always restarts after a clean exit, which counts', async () => {
  const clock = new InstantClock()
  const { loop: one } = loop({
    clock,
    policy: 'always',
    maxRestarts: 2,
    starter: { start: async () => ends(clock, exit(0)) },
  })
  await expect(one.run()).rejects.toMatchObject({ attempts: 3 })
})

test('a starter that throws synchronously has failed to start', async () => {
  const starter = {
    start() {
      throw new Error('at once')
    },
  }
  await expect(loop({ starter, maxRestarts: 1 }).loop.run()).rejects.toMatchObject({ attempts: 2 })
})

test('an uptime of resetAfter forgets delay and count', async () => {
  const clock = new InstantClock()
  const uptimes = [0, 0, 5000, 0, 0]
  const { loop: one, events } = loop({
    clock,
    maxRestarts: 3,
    resetAfter: 5000,
    starter: { start: async () => ends(clock, exit(1), uptimes.shift() ?? 0) },
  })
  await expect(one.run()).rejects.toMatchObject({ attempts: 6 })
  expect(clock.slept).toEqual([1000, 2000, 1000, 2000, 4000])
  expect(events.filter(({ type }) => type === 'reset')).toEqual([{ type: 'reset', attempt: 3 }])
})

test('only the failures of the window count', async () => {
  const clock = new InstantClock()
  const { loop: one } = loop({
    clock,
    maxRestarts: 2,
    window: 10_000,
    backoff: new ExponentialBackoff({ initial: 1000 }),
    starter: { start: async () => ends(clock, exit(1), 3000) },
  })
  // It fails at 3, 7, 12, 19 and 30 s: never three times within 10 s but in the beginning.
  await expect(one.run()).rejects.toMatchObject({ attempts: 3 })
  expect(clock.now).toBe(12_000)
})

test.for(['start', 'run', 'backoff'] as const)('an abort during %s ends the loop at once', async (state) => {
  const reason = new Error('enough')
  const stop = new AbortController()
  const reached = deferred<void>()
  let closed = 0
  const running: Running = {
    pid: 1,
    exited: new Promise(() => {}),
    async close() {
      closed += 1
    },
  }
  const begun = deferred<void | Running>()
  const clock = {
    now: 0,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error))
        reached.resolve()
      }),
  }
  const one = new RestartLoop({
    policy: 'on-failure',
    clock,
    starter: {
      async start() {
        if (state === 'backoff') throw new Error('no')
        queueMicrotask(reached.resolve)
        return state === 'start' ? begun.promise : running
      },
    },
  })
  const run = one.run(stop.signal)
  await reached.promise
  stop.abort(reason)
  await expect(run).rejects.toBe(reason)
  begun.resolve(running)
  await turn()
  expect(closed).toBe(state === 'backoff' ? 0 : 1)
})

test.for([
  ['policy', { policy: 'sometimes' as 'never' }],
  ['maxRestarts', { maxRestarts: -1 }],
  ['maxRestarts', { maxRestarts: 1.5 }],
  ['window', { window: 0 }],
  ['success', { success: 0 as unknown as number[] }],
  ['success', { success: [-1] }],
  ['success', { success: ['TERM' as 'SIGTERM'] }],
  ['success', { success: ['NOSIGTERM' as 'SIGTERM'] }],
  ['success', { success: ['SIGTERM!' as 'SIGTERM'] }],
  ['starter', { starter: undefined as never }],
  ['starter', { starter: {} as never }],
  ['backoff', { backoff: null as never }],
  ['backoff', { backoff: { initial: 1 } as never }],
  ['preset', { preset: 'docker' as never }],
  ['resetAfter', { resetAfter: -1 }],
] as const)('an invalid %s is refused by its name', ([option, options]) => {
  const starter = { start: async () => {} }
  expect(() => new RestartLoop({ starter, policy: 'never', ...options })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID', option }),
  )
})

test('an option that does not exist is refused with the one that was probably meant', () => {
  const options = { starter: { start: async () => {} }, policy: 'always', maxRestart: 1 } as const
  expect(() => new RestartLoop(options)).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTION_UNKNOWN',
      message: expect.stringContaining('maxRestarts'),
    }),
  )
})
