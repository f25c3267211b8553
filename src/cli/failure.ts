import { CommanderError } from 'commander'

import { messageOf, SuperviseError, type SuperviseErrorCode, systemCode } from '../errors.ts'

/** Why a command could not do it, as JSON has it. */
export interface Failure {
  /** A code of this package, else the system's, such as `EACCES`, or null. */
  readonly code: string | null
  readonly message: string
}

/** What JSON has of something that was thrown: no stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError)
    return { code: codeOf(error), message: error.message.replace(/^error: /, '') }
  return { code: systemCode(error) ?? null, message: messageOf(error) }
}

/** What the standard error has of it: a stack where nobody has foreseen it. */
export function failureText(error: unknown): string {
  if (error instanceof SuperviseError) return `${error.code}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Whether these arguments ask for JSON. They may be ones that are not understood, of which no option is known. */
export function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end === -1 ? args.length : end).includes('--json')
}

/** Of what is wrong with the arguments. */
function codeOf({ code }: CommanderError): SuperviseErrorCode {
  return code === 'commander.unknownOption' ? 'ERR_OPTION_UNKNOWN' : 'ERR_OPTION_INVALID'
}
