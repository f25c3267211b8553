import { SuperviseError } from '../errors.ts'
import { isAgentId } from '../protocol/agent-frame.ts'

/**
 * Throws `ERR_AGENT_ID_INVALID` unless `id` is 1 to 64 letters, digits, `-` and `_` and begins with a letter or a
 * digit. Ids become file names, so nothing that could be read as a path is let through.
 */
export function assertAgentId(id: string): void {
  if (isAgentId(id)) return
  throw new SuperviseError(
    'ERR_AGENT_ID_INVALID',
    `${JSON.stringify(id)} is not an agent id. An id has 1 to 64 letters, digits, "-" and "_" and begins with a ` +
      'letter or a digit: it is used in file names, so it cannot hold a slash, a dot or a space.',
    { id },
  )
}
