import type { SupervisorAdapter } from '../../fixtures/conformance.ts'
import type { SupervisorHandle } from '../../src/process/supervisor-handle.ts'

/** Runs one program, whose standard input is open as long as its own. Its flaw goes by the name of the check. */
const PROGRAM = `
const { spawn } = require('node:child_process')
const [file, flaw] = process.argv.slice(1)
const output = flaw === 'passes-output-on' ? 'ignore' : 'inherit'
const input = /^(killed|sigterm)-/.test(flaw) ? 'ignore' : 'pipe'
const child = spawn(file, { stdio: [input, output, 'inherit'] })
const stop = () => child.kill('SIGTERM')
process.on('SIGTERM', flaw === 'sigterm-leaves-nothing' ? () => process.exit(0) : stop)
if (flaw !== 'ends-with-its-input') process.stdin.resume().on('end', stop)
child.on('exit', (code) => process.exit(code ?? 1))
`

/** A supervisor that is another process, and does what only such a one can. */
export function foreignSupervisor(flaw?: string): SupervisorAdapter<SupervisorHandle> {
  return {
    start({ command, supervise, spawn }) {
      const { file } = command.with({ script: { ...spawn.script, stdin: input(flaw) } })
      return supervise(process.execPath, ['-e', PROGRAM, file, flaw ?? ''])
    },
    facts: {
      policies: ['never'],
      stops: 'process',
      exitCodes: { failure: 1, signal: 1 },
      passesOutput: true,
      endsWithInput: true,
      leavesNothingWhenKilled: true,
      // What a flaw keeps from happening is not waited for long.
      ...(flaw === undefined ? {} : { patience: 1000 }),
    },
  }
}

/** The program would end at once if it had no input. */
function input(flaw: string | undefined): 'ignore' | 'exit-on-eof' {
  return /^(killed|sigterm)-/.test(flaw ?? '') ? 'ignore' : 'exit-on-eof'
}
