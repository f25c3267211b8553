import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { type Fault, fault } from '../../fault/fault.ts'
import type { DeclaredCode, SupervisorEnd, SupervisorFacts } from '../adapter.ts'
import { type Check, unlessAny, unlessDeclared, unlessRestarting, unlessUnder } from '../check.ts'
import { demand } from '../verdict.ts'

type Case = keyof NonNullable<SupervisorFacts['exitCodes']>

const OUTPUT = 'conformance: printed by the program'

/** Starts something that holds the output of the program and outlives it: it reads from a pipe into which nobody writes. */
const HOLDER = `'use strict'
if (process.env.SUPERVISE_AGENT && !process.env.CONFORMANCE_HELD) {
  process.env.CONFORMANCE_HELD = '1'
  const { spawn } = require('node:child_process')
  spawn('/bin/sh', ['-c', 'exec cat <> "$0"', __dirname + '/held'], { stdio: ['ignore', 'inherit', 'inherit'] }).unref()
}
`

/** What can be learned from the outside: output and exit codes. */
export const reportingChecks: readonly Check[] = [
  {
    name: 'passes-output-on',
    title: 'passes on what the program prints',
    unless: unlessDeclared('passesOutput'),
    async run(trial) {
      await trial.start({ policy: trial.policy, script: { stdout: { ready: OUTPUT } } })
      await trial.ready(1)
      await trial.printed(OUTPUT)
    },
  },
  {
    name: 'held-output-delays-nothing',
    title: 'restarts a program although something that it has started still holds its output',
    unless: unlessRestarting,
    async run(trial) {
      const file = path.join(trial.dir, 'hold-output.cjs')
      execFileSync('mkfifo', [path.join(trial.dir, 'held')])
      writeFileSync(file, HOLDER)
      trial.inject(fault.exit(1), { attempts: 1 })
      await trial.start({ policy: trial.policy, env: { NODE_OPTIONS: `--require ${JSON.stringify(file)}` } })
      await trial.ready(2)
      if (await trial.processes.holdOutput()) return
      throw new Error('nothing holds the output: start the program by `command.file`, or with `command.env`')
    },
  },
  reporting('failure', 'the failure of the program', fault.exit(1)),
  reporting('signal', 'that a signal has ended the program', fault.signal('SIGKILL')),
  {
    name: 'reports-giving-up',
    title: 'ends with the code that it declares when it gives up',
    unless: unlessAny(unlessRestarting, unlessDeclared('maxRestarts'), unlessCode('givenUp')),
    async run(trial) {
      trial.inject(fault.exit(1), { attempts: 'every' })
      await trial.start({ policy: trial.policy })
      await trial.gone((trial.facts.maxRestarts ?? 0) + 1, 'the last restart to fail')
      demandCode(await trial.ended('its end'), trial.facts.exitCodes?.givenUp)
    },
  },
]

function reporting(which: Exclude<Case, 'givenUp'>, what: string, cause: Fault): Check {
  return {
    name: `reports-${which}`,
    title: `reports ${what} by its own exit code`,
    unless: unlessAny(unlessCode(which), (facts) =>
      facts.policies === undefined ? undefined : unlessUnder('never')(facts),
    ),
    async run(trial) {
      trial.inject(cause, { attempts: 1 })
      await trial.start({ policy: 'never' })
      await trial.struck(1)
      demandCode(await trial.ended('its end'), trial.facts.exitCodes?.[which])
    },
  }
}

function unlessCode(which: Case): NonNullable<Check['unless']> {
  return ({ exitCodes }) =>
    exitCodes?.[which] === undefined ? `it does not declare \`exitCodes.${which}\`` : undefined
}

function demandCode({ exitCode, signal }: SupervisorEnd, declared: DeclaredCode = 'non-zero'): void {
  const right = declared === 'non-zero' ? exitCode !== 0 : exitCode === declared
  const expected = declared === 'non-zero' ? 'an exit code other than 0' : `the exit code ${declared}`
  demand(right, expected, signal === null ? `it exited with ${exitCode}` : `it was ended by ${signal}`)
}
