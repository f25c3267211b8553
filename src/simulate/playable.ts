import { SuperviseError } from '../errors.ts'
import type { AgentScript } from '../protocol/frames.ts'

/** Throws `ERR_OPTION_INVALID` for a script that needs files. */
export function playable(script: AgentScript): AgentScript {
  for (const option of ['pidFile', 'writes'] as const) {
    if (script[option] === undefined) continue
    throw new SuperviseError(
      'ERR_OPTION_INVALID',
      `The script option \`script.${option}\` cannot be played in a simulation: there are no files there. Leave it out, or ` +
        'test it with real processes.',
      { option: `script.${option}`, value: script[option] },
    )
  }
  return script
}
