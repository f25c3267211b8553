import type { SupervisorAdapter } from '../../fixtures/conformance.ts'
import { expect, test } from '../../fixtures/index.ts'
import { trialParts } from '../../fixtures/trial-parts.ts'
import { CHECKS } from '../../src/conformance/checks/index.ts'
import { inapplicable, runCheck } from '../../src/conformance/run-check.ts'
import { flawedClass, flawedProgram } from './flawed-subjects.ts'
import { foreignSupervisor } from './foreign-supervisor.ts'

/** What is asked of processes alone. */
const outside = CHECKS.filter(
  (check) => check.name === 'sigterm-leaves-nothing' || inapplicable(check, flawedClass()) !== undefined,
)
const others = CHECKS.filter((check) => !outside.includes(check))

const subjects: [string, typeof CHECKS, (flaw?: string) => SupervisorAdapter][] = [
  ['a supervisor', others, flawedClass],
  ['another process', others, flawedProgram],
  ['another process', outside, foreignSupervisor],
]

for (const [what, checks, subject] of subjects) {
  for (const check of checks) {
    test(`${check.name} passes ${what} that does it right`, async ({ harness, supervise, clock }) => {
      const parts = trialParts(subject(), { harness, supervise }, clock)
      expect(await runCheck(check, parts)).toEqual({ kind: 'pass' })
    })

    test(`${check.name} fails ${what} that does not`, async ({ harness, supervise, clock }) => {
      const parts = trialParts(subject(check.name), { harness, supervise }, clock)
      expect(await runCheck(check, parts)).toMatchObject({ kind: 'fail' })
    })
  }
}

for (const check of outside) {
  test(`${check.name} passes another process that does it right in real time`, async ({
    harness,
    supervise,
  }) => {
    const parts = trialParts(foreignSupervisor(), { harness, supervise })
    expect(await runCheck(check, parts)).toEqual({ kind: 'pass' })
  })

  test(`${check.name} fails another process that does not in real time`, async ({ harness, supervise }) => {
    const parts = trialParts(foreignSupervisor(check.name), { harness, supervise })
    expect(await runCheck(check, parts)).toMatchObject({ kind: 'fail' })
  })
}
