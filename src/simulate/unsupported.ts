import { SuperviseError } from '../errors.ts'

/** The error for what a program may do with real processes alone. @param instead what to do, as the beginning of a sentence */
export function unsupported(what: string, instead: string, facts: object = {}): SuperviseError {
  return new SuperviseError('ERR_SIMULATION_UNSUPPORTED', `${what}. ${instead}.`, { ...facts })
}
