import { expect, onTestFinished, test } from 'vitest'

import { BothWorlds } from '../../lab/equality/both-worlds.ts'
import { type Drawn, draw, playableFaults } from '../../lab/equality/draw.ts'

const READY = { stdout: { ready: 'ready' } }

/** Schedules in which the two once did different things. */
const MENDED: Readonly<Record<string, Drawn>> = {
  'standard input that is at its end': {
    scenario: 'generations',
    agents: { one: { ...READY, stdin: 'exit-on-eof' }, two: READY },
    within: 5000,
    schedule: [],
  },
  'standard input at its end beside a fault that takes a while': {
    scenario: 'generations',
    agents: { one: { ...READY, stdin: 'exit-on-eof' } },
    within: 1000,
    schedule: [
      { attempt: 1, fault: 'holdOutput', at: 'ready' },
      { attempt: 1, fault: 'splitCharacter', at: 'ready' },
    ],
  },
  'restart loops that are stopped while they start': {
    scenario: 'restart loop',
    // Without a delay it would be chance whether they are ready by the time of the signal.
    agents: { one: { startDelay: 700 }, two: { startDelay: 700 } },
    within: 5000,
    schedule: [{ step: 'stop', at: 0 }],
  },
  'a start that is refused at once, beside others': {
    scenario: 'restart loop',
    agents: { one: READY, two: READY, three: READY },
    within: 5000,
    schedule: [{ agent: 'two', attempt: 1, fault: 'symlinkLoop', at: 'spawn' }],
  },
  'an agent that ends before it is ready, beside others': {
    scenario: 'restart loop',
    agents: { one: READY, two: READY },
    within: 5000,
    schedule: [{ agent: 'one', attempt: 1, fault: 'exit', at: 'start' }],
  },
  'what nobody catches at ready, and what strikes at the same time': {
    scenario: 'witness',
    agents: { one: READY, two: READY },
    within: 5000,
    schedule: [
      { agent: 'one', attempt: 1, fault: 'unhandledRejection', at: 'ready' },
      { agent: 'one', attempt: 1, fault: 'ignoreSignal', at: 'ready' },
      { agent: 'two', attempt: 1, fault: 'uncaughtException', at: 'ready' },
      { agent: 'two', attempt: 1, fault: 'hang', at: 'ready' },
    ],
  },
  'what nobody catches, and standard input that is at its end': {
    scenario: 'generations',
    agents: { one: { ...READY, stdin: 'exit-on-eof' } },
    within: 1000,
    schedule: [{ attempt: 1, fault: 'unhandledRejection', at: 'ready' }],
  },
  'what nobody catches at the start': {
    scenario: 'witness',
    agents: { one: READY, two: READY, three: { ...READY, children: ['ordinary'] } },
    within: 1000,
    schedule: [
      { agent: 'one', attempt: 1, fault: 'uncaughtException', at: 'start' },
      { agent: 'two', attempt: 1, fault: 'unhandledRejection', at: 'start' },
      { agent: 'three', attempt: 1, fault: 'unhandledRejection', at: 'start' },
    ],
  },
  'processor time that is spent while an agent starts': {
    scenario: 'witness',
    agents: { one: READY },
    within: 1000,
    schedule: [{ attempt: 1, fault: 'cpuQuota', at: 'start' }],
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
