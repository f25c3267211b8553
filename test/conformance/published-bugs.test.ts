import type { VirtualClock } from '../../src/clock/virtual-clock.ts'
import type { SupervisorAdapter } from '../../src/conformance/adapter.ts'
import { CHECKS } from '../../src/conformance/checks/index.ts'
import { runCheck } from '../../src/conformance/run-check.ts'
import type { Verdict } from '../../src/conformance/verdict.ts'
import { expect, test } from '../../fixtures/index.ts'
import { type TrialFixtures, trialParts } from '../../fixtures/trial-parts.ts'
import { nodeForeman, nodemon, nodeWatch } from './subjects.ts'

/** In virtual time. */
function verdictOf(
  name: string,
  adapter: SupervisorAdapter,
  { clock, ...fixtures }: TrialFixtures & { readonly clock: VirtualClock },
): Promise<Verdict> {
  const check = CHECKS.find((one) => one.name === name)
  if (!check) throw new Error(`there is no check ${name}`)
  return runCheck(check, trialParts(adapter, fixtures, clock))
}

test('remy/nodemon#882: SIGTERM to nodemon leaves the program running', async ({
  harness,
  supervise,
  clock,
}) => {
  expect(await verdictOf('sigterm-leaves-nothing', nodemon, { harness, supervise, clock })).toMatchObject({
    kind: 'fail',
    expected: 'nothing to be left once it has ended',
    seen: 'something of it lives on',
  })
})

test('remy/nodemon#1889: the new program runs beside the old one', async ({ harness, supervise, clock }) => {
  expect(await verdictOf('no-overlap-on-restart', nodemon, { harness, supervise, clock })).toMatchObject({
    kind: 'fail',
    expected: 'one program at a time',
    seen: 'the new one runs beside the old one',
  })
})

test('strongloop/node-foreman#176: a program that exits with 1 makes it exit with 0', async ({
  harness,
  supervise,
  clock,
}) => {
  expect(await verdictOf('reports-failure', nodeForeman, { harness, supervise, clock })).toMatchObject({
    kind: 'fail',
    expected: 'an exit code other than 0',
    seen: 'it exited with 0',
  })
})

test('nodejs/node#59380: node --watch leaves what the old program has started', async ({
  harness,
  supervise,
  clock,
}) => {
  expect(
    await verdictOf('restart-leaves-no-grandchild', nodeWatch, { harness, supervise, clock }),
  ).toMatchObject({
    kind: 'fail',
    expected: 'what the old program had started to be gone',
    seen: 'something of it lives on',
  })
})
