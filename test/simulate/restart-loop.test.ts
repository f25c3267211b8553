import { expect, test } from 'vitest'

import { type BackoffContext, ConstantBackoff, ListBackoff } from '../../src/restart/backoff.ts'
import { RestartLoop } from '../../src/restart/restart-loop.ts'
import { Simulation } from '../../src/simulate/simulation.ts'

const failing = {
  async start(): Promise<void> {
    throw new Error('the start has failed')
  },
}

test('a loop that is aborted in its backoff ends at once and leaves no timer', async () => {
  const simulation = new Simulation()
  const { clock } = simulation
  const over = new AbortController()
  const loop = new RestartLoop({
    starter: failing,
    policy: 'always',
    clock,
    backoff: new ConstantBackoff(1000),
  })
  const run = loop.run(over.signal)
  await simulation.advance(2500)
  expect(clock.pending).toBe(1)
  over.abort(new Error('enough'))
  await expect(run).rejects.toThrow('enough')
  expect([clock.pending, clock.now]).toEqual([0, 2500])
})

test('a backoff that hands on a copy of what it is told hands on the failures, too', async () => {
  const simulation = new Simulation()
  const list = new ListBackoff([10, 20, 30])
  const seen: (number | undefined)[] = []
  const inner = (context: BackoffContext): unknown => seen.push(context.failures?.length)
  const backoff = {
    next(attempt: number, context: BackoffContext): number {
      inner({ ...context })
      return list.next(attempt)
    },
  }
  const { clock } = simulation
  const loop = new RestartLoop({ starter: failing, policy: 'always', clock, backoff, maxRestarts: 3 })
  await expect(simulation.run(loop.run())).rejects.toMatchObject({ code: 'ERR_MAX_RESTARTS_EXHAUSTED' })
  expect([seen, clock.now]).toEqual([[1, 2, 3], 60])
})

test('a hundred thousand restarts are over at their time, and leave no timer', async () => {
  const simulation = new Simulation()
  const { clock } = simulation
  let starts = 0
  const starter = {
    async start(): Promise<void> {
      starts += 1
      if (starts <= 100_000) throw new Error('the start has failed')
    },
  }
  const loop = new RestartLoop({ starter, policy: 'on-failure', clock, backoff: new ConstantBackoff(60_000) })
  await simulation.run(loop.run(), { limit: Infinity })
  expect([starts, clock.now, clock.pending]).toEqual([100_001, 6e9, 0])
})
