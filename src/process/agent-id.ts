import { SuperviseError } from '../errors.ts'

const VALID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/**
 * Throws `ERR_AGENT_ID_INVALID` unless `id` is 1 to 64 letters, digits, `-` and `_` and begins with a letter or a
 * digit. Ids become file names, so nothing that could be read as a path is let through.
 */
export function assertAgentId(id: string): void {
  if (typeof id === 'string' && VALID.test(id)) return
  throw new SuperviseError(
    'ERR_AGENT_ID_INVALID',
    `${JSON.stringify(id)} is not an agent id. An id has 1 to 64 letters, digits, "-" and "_" and begins with a ` +
      'letter or a digit: it is used in file names, so it cannot hold a slash, a dot or a space.',
    { id },
  )
}
