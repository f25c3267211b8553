import { expect, onTestFinished, test } from 'vitest'

import { BothWorlds } from '../lab/equality/both-worlds.ts'
import { type Drawn, draw, playableFaults } from '../lab/equality/draw.ts'

const READY = { stdout: { ready: 'ready' } }

/** Schedules in which the simulation once did something else. */
const MENDED: Readonly<Record<string, Drawn>> = {
  'standard input that is at its end': {
    scenario: 'generations',
    agents: { one: { ...READY, stdin: 'exit-on-eof' }, two: READY },
    within: 5000,
    schedule: [],
  },
  'restart loops that are stopped while they start': {
    scenario: 'restart loop',
    agents: { one: { ...READY, startDelay: 700 }, two: READY },
    within: 5000,
    schedule: [{ step: 'stop', at: 0 }],
  },
  'a start that is refused at once, beside others': {
    scenario: 'restart loop',
    agents: { one: READY, two: READY, three: READY },
    within: 5000,
    schedule: [{ agent: 'two', attempt: 1, fault: 'symlinkLoop', at: 'spawn' }],
  },
  'starts that are refused at once and in the next tick': {
    scenario: 'restart loop',
    agents: { one: READY, two: READY, three: READY },
    within: 5000,
    schedule: [
      { agent: 'one', attempt: 1, fault: 'notExecutable', at: 'spawn' },
      { agent: 'two', attempt: 1, fault: 'nameTooLong', at: 'spawn' },
    ],
  },
  'the outputs of a start that is refused, beside others': {
    scenario: 'witness',
    agents: { one: READY, two: READY },
    within: 5000,
    schedule: [{ agent: 'two', attempt: 1, fault: 'notFound', at: 'spawn' }],
  },
  'no descriptors left for outputs': {
    scenario: 'generations',
    agents: { one: READY },
    within: 5000,
    schedule: [{ attempt: 1, fault: 'tooManyFiles', at: 'spawn' }],
  },
}

async function expectEqual(worlds: BothWorlds, drawn: Drawn): Promise<void> {
  const [simulated, real] = [await worlds.simulated(drawn), await worlds.real(drawn)]
  expect(simulated).toEqual(real)
}

test.each(Object.entries(MENDED))('%s: simulated as real', async (_, drawn) => {
  await expectEqual(await openWorlds(), drawn)
})

test('random schedules leave the same timeline in a simulation and with real processes', async () => {
  const worlds = await openWorlds()
  const faults = playableFaults()
  for (let seed = 500; seed < 512; seed++) await expectEqual(worlds, draw(seed, faults, 3))
})

async function openWorlds(): Promise<BothWorlds> {
  const worlds = await BothWorlds.open()
  onTestFinished(() => worlds[Symbol.asyncDispose]())
  return worlds
}
