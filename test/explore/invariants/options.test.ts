import { expect, test } from 'vitest'

import { resolveExploration } from '../../../src/explore/exploration.ts'
import { invariant } from '../../../src/explore/invariants/index.ts'
import type { Invariant } from '../../../src/explore/play/trace.ts'

test('the invariants have the names of what holds', () => {
  const all = [
    invariant.noOverlap(),
    invariant.monotoneBackoff(),
    invariant.boundedRestarts({ maxRestarts: 3 }),
    invariant.stopIsFinal(),
    invariant.noLeaks(),
    invariant.oneExitPerStart(),
    invariant.giveUpIsReported(),
  ]
  expect(all.map(({ name }) => name)).toEqual([
    'no overlap',
    'monotone backoff until reset',
    'bounded restarts',
    'stop is final',
    'no leaked process or timer',
    'every start gets exactly one exit',
    'give-up is reported',
  ])
})

test.each([
  [
    () => invariant.noOverlap({ stop: 'halt' } as never),
    'There is no invariant.noOverlap option `stop`. The options are `agents`.',
  ],
  [
    () => invariant.noOverlap([] as never),
    'invariant.noOverlap option `options` is [], but must be an object, or nothing.',
  ],
  [
    () => invariant.oneExitPerStart({ agents: [] }),
    "`agents` is [], but must be ids of agents, such as ['worker'].",
  ],
  [() => invariant.stopIsFinal({ stop: '' }), '`stop` is "", but must be the name of a step.'],
  [
    () => invariant.noLeaks({ harmless: [1] as never }),
    "`harmless` is [ 1 ], but must be names of steps, such as ['status'].",
  ],
  [
    () => invariant.giveUpIsReported({ success: [256] }),
    '`success` is [ 256 ], but must be exit codes, such as [0].',
  ],
  [() => invariant.monotoneBackoff({ jitter: 20 }), '`jitter` is 20, but must be a share from 0 to 1.'],
  [
    () => invariant.monotoneBackoff({ factor: 0.5 }),
    '`factor` is 0.5, but must be a finite number, 1 or more.',
  ],
  [
    () => invariant.boundedRestarts({} as never),
    '`maxRestarts` is undefined, but must be a whole number, 0 or more.',
  ],
  [
    () => invariant.boundedRestarts({ maxRestarts: 3, window: NaN }),
    '`window` is NaN, but must be a number of milliseconds, 0 or more, or Infinity.',
  ],
])('options that cannot be meant are refused: %s', (make, message) => {
  expect(make).toThrow(message)
})

function explore(invariants: readonly Invariant[], steps: Record<string, () => void> = {}): unknown {
  return resolveExploration('an exploration', { agents: ['worker'], steps, invariants }, () => {})
}

test('the steps that an invariant names have to be there', () => {
  const invariants = [invariant.stopIsFinal({ stop: 'halt' })]
  expect(() => explore(invariants, { stop() {} })).toThrowErrorMatchingInlineSnapshot(
    `[SuperviseError: The explore invariant "stop is final" is about the step "halt", but the exploration has the steps stop.]`,
  )
  expect(() => explore([invariant.noLeaks({ start: 'up' })])).toThrowErrorMatchingInlineSnapshot(
    `[SuperviseError: The explore invariant "no leaked process or timer" is about the step "up", but the exploration has no steps.]`,
  )
  expect(() => explore([invariant.stopIsFinal()], { start() {} })).toThrow('the step "stop"')
})

test('the steps that an invariant does not name need not be there', () => {
  expect(() => explore([invariant.stopIsFinal()], { stop() {} })).not.toThrow()
  expect(() => explore([invariant.noLeaks(), invariant.oneExitPerStart()])).not.toThrow()
})

test('the agents that an invariant names have to be there', () => {
  const invariants = [invariant.noOverlap({ agents: ['web'] })]
  expect(() => explore(invariants)).toThrowErrorMatchingInlineSnapshot(
    `[SuperviseError: The explore invariant "no overlap (web)" is about the agent "web", but the exploration has the agents worker.]`,
  )
})

test('invariants have names of their own', () => {
  const twice = [invariant.noOverlap(), invariant.noOverlap()]
  expect(() => explore(twice)).toThrowErrorMatchingInlineSnapshot(
    `[SuperviseError: The explore invariant "no overlap" is there twice: give one of them another name, or the \`agents\` that it is for.]`,
  )
  expect(() => explore([invariant.noOverlap(), invariant.noOverlap({ agents: ['worker'] })])).not.toThrow()
})
