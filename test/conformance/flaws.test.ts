import type { SupervisorAdapter } from '../../fixtures/conformance.ts'
import { expect, test } from '../../fixtures/index.ts'
import { trialParts } from '../../fixtures/trial-parts.ts'
import { CHECKS } from '../../src/conformance/checks/index.ts'
import { inapplicable, runCheck } from '../../src/conformance/run-check.ts'
import { DELAYS, FlawedSupervisor, GRACE, MAX_RESTARTS, RESET_AFTER } from './flawed-supervisor.ts'
import { foreignSupervisor } from './foreign-supervisor.ts'

function inProcess(flaw?: string): SupervisorAdapter<FlawedSupervisor> {
  return {
    time: 'virtual',
    start: ({ command, policy }) => new FlawedSupervisor(command.file, policy, flaw),
    stop: (supervisor) => supervisor.stop(),
    restart: (supervisor) => supervisor.restart(),
    facts: {
      policies: ['on-failure', 'always', 'never'],
      delays: DELAYS,
      resetAfter: RESET_AFTER,
      maxRestarts: MAX_RESTARTS,
      grace: GRACE,
      afterGrace: 'kill',
      exitCodes: { failure: 1, signal: 'non-zero', givenUp: 1 },
    },
  }
}

const virtual = CHECKS.filter((check) => inapplicable(check, inProcess()) === undefined)
const real = CHECKS.filter((check) => inapplicable(check, inProcess()) !== undefined)

for (const check of virtual) {
  test(`${check.name} passes a supervisor that does it right`, async ({ harness, supervise, clock }) => {
    const parts = trialParts(inProcess(), { harness, supervise }, clock)
    expect(await runCheck(check, parts)).toEqual({ kind: 'pass' })
  })

  test(`${check.name} fails a supervisor that does not`, async ({ harness, supervise, clock }) => {
    const parts = trialParts(inProcess(check.name), { harness, supervise }, clock)
    expect(await runCheck(check, parts)).toMatchObject({ kind: 'fail' })
  })
}

for (const check of real) {
  test(`${check.name} passes another process that does it right`, async ({ harness, supervise }) => {
    const parts = trialParts(foreignSupervisor(), { harness, supervise })
    expect(await runCheck(check, parts)).toEqual({ kind: 'pass' })
  })

  test(`${check.name} fails another process that does not`, async ({ harness, supervise }) => {
    const parts = trialParts(foreignSupervisor(check.name), { harness, supervise })
    expect(await runCheck(check, parts)).toMatchObject({ kind: 'fail' })
  })
}
