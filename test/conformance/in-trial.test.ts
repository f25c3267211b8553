import type { SupervisorAdapter } from '../../fixtures/conformance.ts'
import { expect, test } from '../../fixtures/index.ts'
import { trialParts } from '../../fixtures/trial-parts.ts'
import type { Check } from '../../src/conformance/check.ts'
import { CHECKS } from '../../src/conformance/checks/index.ts'
import { inapplicable, runCheck } from '../../src/conformance/run-check.ts'
import { flawedClass, flawedProgram } from './flawed-subjects.ts'

function checkOf(name: string): Check {
  const check = CHECKS.find((one) => one.name === name)
  if (!check) throw new Error(`there is no check ${name}`)
  return check
}

test('that a supervisor is no process turns out in a trial', async ({ harness, supervise, clock }) => {
  const check = checkOf('sigterm-leaves-nothing')
  expect(inapplicable(check, flawedClass())).toBeUndefined()
  const verdict = await runCheck(check, trialParts(flawedClass(), { harness, supervise }, clock))
  expect(verdict).toEqual({ kind: 'not applicable', reason: 'it is no process of its own' })
})

test('a delay that is too short to stop it meanwhile is one in real time alone', async ({
  harness,
  supervise,
}) => {
  const check = checkOf('stop-during-backoff')
  const quick: SupervisorAdapter = { ...flawedProgram(), facts: { policies: ['always'], delays: [100] } }
  expect(inapplicable(check, quick)).toBeUndefined()
  const reason = 'its first delay is too short to stop it meanwhile'
  expect(inapplicable(check, { ...quick, time: 'real' })).toBe(reason)
  const verdict = await runCheck(check, trialParts(quick, { harness, supervise }))
  expect(verdict).toEqual({ kind: 'not applicable', reason })
})

test('a second stop is no part of the first in real time either', async ({ harness, supervise }) => {
  const check = checkOf('second-stop-is-harmless')
  const verdict = await runCheck(check, trialParts(flawedProgram(check.name), { harness, supervise }))
  expect(verdict).toMatchObject({ kind: 'fail', seen: 'something of it lives on' })
})

test('an adapter that insists on virtual time for what cannot go by it is told so', async ({
  harness,
  supervise,
  clock,
}) => {
  const shell: SupervisorAdapter = {
    time: 'virtual',
    start: ({ command, supervise: start }) => start('sh', ['-c', '"$0" & wait', command.file]),
  }
  const trial = runCheck(checkOf('starts-once'), trialParts(shell, { harness, supervise }, clock))
  await expect(trial).rejects.toMatchObject({ code: 'ERR_CLOCK_NOT_JOINED' })
})

test('a program that an adapter wants in real time is there, whatever the time of the test', async ({
  harness,
  supervise,
  clock,
}) => {
  const shell: SupervisorAdapter = {
    start: ({ command, supervise: start }) =>
      start('sh', ['-c', '"$0" & wait', command.file], { clock: 'real' }),
  }
  const trial = runCheck(checkOf('starts-once'), trialParts(shell, { harness, supervise }, clock))
  expect(await trial).toEqual({ kind: 'pass' })
})
