import { expect, onTestFinished, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import { Builtins } from '../../src/simulate/builtins.ts'
import { Simulation } from '../../src/simulate/simulation.ts'
import { keepUp } from './programs/supervisor.mjs'

/** What the supervisor says that was imported before anything was replaced. */
async function supervised(seed: number, keep: typeof keepUp): Promise<[log: string[], hash: string]> {
  const simulation = new Simulation({ script: { lifetime: 5000, exitCode: 3 } })
  const builtins = Builtins.replace()
  onTestFinished(() => builtins.restore())
  builtins.enter(simulation, seed)
  simulation.faults.inject(fault.hang(), { attempts: 2 })
  simulation.faults.inject(fault.signal('SIGSEGV'), { attempts: 3 })
  const controller = new AbortController()
  const done = keep(simulation.command().file, { signal: controller.signal })
  await simulation.run(() => simulation.timeline.attempts() === 4)
  controller.abort()
  const log = await simulation.run(done)
  builtins.restore()
  return [log, simulation.timeline.hash()]
}

test('a supervisor that has imported everything before runs in it, the same in every run', async () => {
  const [log, hash] = await supervised(1, keepUp)
  expect(log.map((line) => line.split(' ')[2])).toEqual(['3', 'SIGKILL', 'SIGSEGV', '3'])
  expect(log[0]).toBe('5000 5000 3')
  expect(await supervised(1, keepUp)).toEqual([log, hash])
  expect((await supervised(2, keepUp))[1]).not.toBe(hash)
})

test('so does one that Node itself has loaded as a module', async () => {
  // Vitest loads what has a file by itself.
  const source = `export * from ${JSON.stringify(new URL('programs/supervisor.mjs', import.meta.url).href)}`
  const { keepUp: native } = (await import(`data:text/javascript,${source}`)) as { keepUp: typeof keepUp }
  expect(native).not.toBe(keepUp)
  expect(await supervised(1, native)).toEqual(await supervised(1, keepUp))
})
