import { expect, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import { ListBackoff } from '../../src/restart/backoff.ts'
import { supervise } from './supervise.ts'
import { inReality, inSimulation, type Story } from './worlds.ts'

const LIFE = { lifetime: 5000, exitCode: 3 }

const STORIES: Readonly<Record<string, Story>> = {
  'an agent that lives, ends and is started again': (stage) => stage.run(supervise(stage, 'web', 3, LIFE)),
  async 'crashes and refusals, each of its own kind'(stage) {
    const faults = [
      fault.exit(1),
      fault.signal('SIGSEGV'),
      fault.notFound(),
      fault.abort(),
      fault.notExecutable(),
      fault.symlinkLoop(),
      fault.uncaughtException(),
      fault.partialLine(4),
      fault.exit(0),
    ]
    for (const [index, one] of faults.entries()) stage.faults.inject(one, { attempts: index + 1 })
    await stage.run(supervise(stage, 'web', faults.length + 1, LIFE))
  },
  async 'points: start, ready, after, and two at one point'(stage) {
    stage.faults.inject(fault.exit(7), { at: 'start' })
    stage.faults.inject(fault.exit(8), { attempts: 2, at: { after: 1234.5 } })
    stage.faults.inject(fault.ignoreSignal(), { attempts: 3 })
    stage.faults.inject(fault.signal('SIGTERM'), { attempts: 3 })
    stage.faults.inject(fault.slowStart(700), { attempts: [2, 4] })
    await stage.run(supervise(stage, 'web', 4, LIFE))
  },
  async 'hangs that have to be killed'(stage) {
    stage.faults.inject(fault.hang(), { attempts: 1 })
    stage.faults.inject(fault.freeze(), { attempts: 2 })
    stage.faults.inject(fault.ignoreSignal(), { attempts: 3 })
    stage.faults.inject(fault.neverReady(), { attempts: 4 })
    stage.faults.inject(fault.slowStop(1500), { attempts: 5 })
    stage.faults.inject(fault.exitOnSignal(9), { attempts: 6 })
    stage.faults.inject(fault.crashOnSignal(), { attempts: 7 })
    await stage.run(supervise(stage, 'web', 8))
  },
  async 'signals that the script answers'(stage) {
    await stage.run(supervise(stage, 'drains', 2, { onSignal: { SIGTERM: { drain: 500, exit: 5 } } }))
    await stage.run(supervise(stage, 'ignores', 2, { onSignal: { SIGTERM: 'ignore' } }))
    await stage.run(supervise(stage, 'starts', 2, { startDelay: 30_000, onSignal: { SIGTERM: { exit: 6 } } }))
  },
  async 'four agents at once, of which each does something else'(stage) {
    stage.faults.inject(fault.exit(1), { agent: 'a', attempts: (n) => n % 2 === 0 })
    stage.faults.inject(fault.signal(), { agent: 'b', attempts: [1, 3], at: { after: 1000 } })
    stage.faults.inject(fault.notFound(), { agent: 'c', attempts: 2 })
    stage.faults.inject(fault.hang(), { agent: 'd', attempts: 1 })
    await stage.run(
      Promise.all(
        ['a', 'b', 'c', 'd'].map((id, index) => supervise(stage, id, 4, { lifetime: 1000 * index })),
      ),
    )
  },
  async 'a restart loop over handles'(stage) {
    stage.faults.inject(fault.exit(1), { attempts: [1, 2] })
    stage.faults.inject(fault.notFound(), { attempts: 3 })
    stage.faults.inject(fault.neverReady(), { attempts: 4 })
    stage.faults.inject(fault.exit(2), { attempts: 5, at: 'start' })
    stage.faults.inject(fault.signal('SIGBUS'), { attempts: [6, 12], at: { after: 3000 } })
    const loop = stage.restartLoop({
      policy: 'on-failure',
      maxRestarts: 5,
      resetAfter: 2500,
      backoff: new ListBackoff([100, 200, 5000]),
      spawn: { script: { onSignal: { SIGTERM: 'ignore' }, lifetime: 4000 } },
    })
    await stage.run(loop.run())
  },
  async 'a restart loop that gives up'(stage) {
    stage.faults.inject(fault.exit(1), { attempts: 'every' })
    const loop = stage.restartLoop({ policy: 'always', maxRestarts: 4 })
    await stage.run(loop.run().catch(() => {}))
  },
  async 'two restart loops with jitter'(stage) {
    stage.faults.inject(fault.exit(1), { attempts: [1, 4] })
    stage.faults.inject(fault.neverReady(), { attempts: 2, agent: 'one' })
    const loops = ['one', 'two'].map((id) =>
      stage.restartLoop({ id, policy: 'on-failure', spawn: { script: { lifetime: 10_000 } } }).run(),
    )
    await stage.run(Promise.all(loops))
  },
  async 'a connection that is closed, and time that passes'(stage) {
    stage.faults.inject(fault.closeSocket())
    stage.faults.inject(fault.exit(3), { attempts: 2, at: { after: 50 } })
    const done = supervise(stage, 'web', 2, {})
    await stage.advance(10_000)
    stage.timeline.note('noted')
    await stage.run(done)
  },
}

test.each(Object.entries(STORIES))('%s: the same timeline as with real processes', async (_name, story) => {
  const [real, simulated] = [await inReality(story), await inSimulation(story)]
  expect(simulated.toString()).toBe(real.toString())
  expect(simulated.hash()).toBe(real.hash())
  expect(real.toString().split('\n').length).toBeGreaterThan(5)
})
