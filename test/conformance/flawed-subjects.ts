import path from 'node:path'

import type { SupervisorAdapter } from '../../fixtures/conformance.ts'
import { buildAgentForTest } from '../../src/build/build-agent.ts'
import type { SupervisorHandle } from '../../src/process/supervisor-handle.ts'
import { DELAYS, FlawedSupervisor, GRACE, MAX_RESTARTS, RESET_AFTER } from './flawed-supervisor.ts'

const facts: NonNullable<SupervisorAdapter['facts']> = {
  policies: ['on-failure', 'always', 'never'],
  delays: DELAYS,
  resetAfter: RESET_AFTER,
  maxRestarts: MAX_RESTARTS,
  grace: GRACE,
  afterGrace: 'kill',
  exitCodes: { failure: 1, signal: 'non-zero', givenUp: 1 },
}

const program = await buildAgentForTest({ entry: path.join(import.meta.dirname, 'programs', 'flawed.ts') })

/** The supervisor in the process of the test. */
export function flawedClass(flaw?: string): SupervisorAdapter<FlawedSupervisor> {
  return {
    time: 'virtual',
    start: ({ command, policy }) => new FlawedSupervisor(command.file, policy, flaw),
    stop: (supervisor) => supervisor.stop(),
    restart: (supervisor) => supervisor.restart(),
    facts,
  }
}

/** The same one as a program of its own. */
export function flawedProgram(flaw?: string): SupervisorAdapter<SupervisorHandle> {
  return {
    start({ command, policy, supervise }) {
      const flaws = flaw === undefined ? [] : [flaw]
      return supervise(process.execPath, [program, command.file, policy, ...flaws])
    },
    restart: (supervisor) => supervisor.kill('SIGHUP'),
    facts,
  }
}
