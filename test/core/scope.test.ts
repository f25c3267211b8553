import { expect, test, vi } from 'vitest'

import { Scope } from '../../src/scope.ts'
import { failure } from '../support/agents.ts'

test('a scope undoes last in, first out, each step after the one before', async () => {
  const scope = new Scope()
  const log: string[] = []
  for (const name of ['a', 'b', 'c']) {
    scope.defer(name, async () => {
      log.push(`${name} begins`)
      await new Promise(setImmediate)
      log.push(`${name} ends`)
    })
  }
  await scope.close()
  expect(log).toEqual(['c begins', 'c ends', 'b begins', 'b ends', 'a begins', 'a ends'])
})

test('every step is run, whatever the others throw, and every error is kept', async () => {
  const scope = new Scope()
  const last = vi.fn<() => void>()
  scope.defer('first', last)
  scope.defer('second', () => {
    throw new Error('two')
  })
  scope.defer('third', () => Promise.reject(new Error('three')))
  const error = await failure(scope.close())
  expect(last).toHaveBeenCalledOnce()
  expect(error).toBeInstanceOf(AggregateError)
  expect((error['errors'] as Error[]).map(({ message }) => message)).toEqual(['three', 'two'])
  expect(error.message).toContain('2 steps')
  expect(error.message).toContain('- three\n- two')
})

test('one error alone is thrown as it is', async () => {
  const scope = new Scope()
  const mine = new Error('mine')
  scope.defer('a', () => Promise.reject(mine))
  scope.defer('b', () => {})
  expect(await failure(scope.close())).toBe(mine)
})

test('a step that never ends is given up after its limit, named, and the others are run', async () => {
  const scope = new Scope()
  const other = vi.fn<() => void>()
  scope.defer('other', other)
  scope.defer('the agent "web"', () => new Promise(() => {}), 20)
  const error = await failure(scope.close())
  expect(error).toMatchObject({ code: 'ERR_CLEANUP_TIMEOUT', what: 'the agent "web"', limit: 20 })
  expect(error.message).toContain('the agent "web" did not end within 20 ms')
  expect(other).toHaveBeenCalledOnce()
})

test('a limit of Infinity does not expire', async () => {
  const scope = new Scope()
  scope.defer('slow', () => new Promise((resolve) => setTimeout(resolve, 20)), Infinity)
  await expect(scope.close()).resolves.toBeUndefined()
})

test('what arrives after the end is undone at once and refused', async () => {
  const scope = new Scope()
  await scope.close()
  const undo = vi.fn<() => Promise<void>>(() => Promise.reject(new Error('nobody hears this')))
  expect(() => scope.defer('the agent "late"', undo)).toThrow(
    expect.objectContaining({
      code: 'ERR_SCOPE_CLOSED',
      message: expect.stringContaining('the agent "late"'),
    }),
  )
  expect(undo).toHaveBeenCalledOnce()
})

test('what arrives while the scope closes is undone at once and refused', async () => {
  const scope = new Scope()
  const undo = vi.fn<() => void>()
  const refused = vi.fn<(code: string) => void>()
  const arrive = () => {
    try {
      scope.defer('late', undo)
    } catch (error) {
      refused((error as { code: string }).code)
    }
  }
  scope.defer('first', arrive)
  scope.defer('second', arrive)
  scope.signal.addEventListener('abort', arrive)
  await scope.close()
  expect(undo).toHaveBeenCalledTimes(3)
  expect(refused.mock.calls).toEqual([['ERR_SCOPE_CLOSED'], ['ERR_SCOPE_CLOSED'], ['ERR_SCOPE_CLOSED']])
})

test('closing again gives the first outcome, also from within', async () => {
  const scope = new Scope()
  const closes: Promise<void>[] = []
  const undo = vi.fn<() => void>(() => void closes.push(scope.close()))
  scope.defer('a', undo)
  scope.defer('b', undo)
  scope.signal.addEventListener('abort', () => closes.push(scope.close()))
  const first = scope.close()
  await first
  expect(undo).toHaveBeenCalledTimes(2)
  expect(closes.every((close) => close === first)).toBe(true)
  expect(scope.close()).toBe(first)
})

test('the signal aborts as soon as the scope begins to close', async () => {
  const scope = new Scope()
  expect(scope.signal.aborted).toBe(false)
  expect(() => scope.throwIfClosed()).not.toThrow()
  const closing = scope.close()
  expect(scope.signal.reason).toMatchObject({ code: 'ERR_SCOPE_CLOSED' })
  expect(() => scope.throwIfClosed()).toThrow(expect.objectContaining({ code: 'ERR_SCOPE_CLOSED' }))
  await closing
})

test('await using closes a scope', async () => {
  const undo = vi.fn<() => void>()
  {
    await using scope = new Scope()
    scope.defer('a', undo)
  }
  expect(undo).toHaveBeenCalledOnce()
})

test('a scope closes in real time, whatever a test did to the timers', async () => {
  const scope = new Scope()
  scope.defer('stuck', () => new Promise(() => {}), 10)
  vi.useFakeTimers()
  try {
    expect(await failure(scope.close())).toMatchObject({ code: 'ERR_CLEANUP_TIMEOUT' })
  } finally {
    vi.useRealTimers()
  }
})
