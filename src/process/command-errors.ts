import { SuperviseError, systemCode } from '../errors.ts'

/** The system has not let a command listen. */
export function unreachableError(id: string, address: string, cause: Error): SuperviseError {
  const code = systemCode(cause) ?? cause.message
  return new SuperviseError(
    'ERR_AGENT_UNREACHABLE',
    `What agentCommand starts as agent "${id}" could not reach its test at ${address}: ${REASONS[code] ?? `the system says ${code}`}. ` +
      'It said nothing to the test, and was sent no script and no faults.',
    { agent: id, address, cause },
  )
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else is there already (EADDRINUSE). Leave the directory of the run to it alone',
  EMFILE:
    'the test process has as many descriptors as it may have (EMFILE). Close some, or raise `ulimit -n`',
}

/** A command was asked for when the test was over. */
export function closedError(id: string): SuperviseError {
  return new SuperviseError(
    'ERR_SCOPE_CLOSED',
    `The test had already ended when a command for the agent "${id}" was made. Make all commands of a test before its ` +
      'end, and stop what goes on in the background.',
    { agent: id },
  )
}
