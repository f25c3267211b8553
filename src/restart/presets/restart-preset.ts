import { SuperviseError } from '../../errors.ts'
import { checkNames, didYouMean } from '../../option-checks.ts'
import { assertOption } from '../backoff.ts'
import { CONTAINERS } from './containers.ts'
import { NODE_PACKAGES } from './node-packages.ts'
import type { KnownSupervisor, RestartPreset } from './preset.ts'
import { RUNNERS } from './runners.ts'
import { SERVICE_MANAGERS } from './service-managers.ts'
import { TREES } from './trees.ts'

const SUPERVISORS = { ...TREES, ...SERVICE_MANAGERS, ...CONTAINERS, ...NODE_PACKAGES, ...RUNNERS }

/** A program of which it is known how it restarts. */
export type RestartPresetName = keyof typeof SUPERVISORS

/** All of them. */
export const RESTART_PRESETS: readonly RestartPresetName[] = Object.keys(SUPERVISORS) as RestartPresetName[]

/**
 * The options with which a `RestartLoop` restarts as that program does with its own defaults: spread them, and put what
 * you have configured otherwise behind them. `preset` holds what is known besides, such as the source of it.
 * `as`: as the program is documented, the default, or as it was observed; where nothing else was seen, that is the same.
 * Throws `ERR_OPTION_INVALID` for a name that is not known, and `ERR_OPTION_UNKNOWN`.
 */
export function restartPreset(
  name: RestartPresetName,
  options: { readonly as?: 'documented' | 'observed' } = {},
): RestartPreset {
  checkNames('restart preset', options, ['as'])
  const { as = 'documented' } = options
  assertOption('as', as, '"documented" or "observed"', ['documented', 'observed'].includes(as))
  const supervisors: Readonly<Record<string, KnownSupervisor>> = SUPERVISORS
  const known = Object.hasOwn(supervisors, name) ? supervisors[name] : undefined
  if (!known) throw unknownPreset(name)
  const { options: documented, observed, seen, ...facts } = known
  return {
    ...documented,
    ...(as === 'observed' ? observed : {}),
    // Of what nobody has watched there is the documentation alone.
    preset: { name, as: seen === undefined ? 'documented' : as, ...facts, seen },
  }
}

function unknownPreset(name: unknown): SuperviseError {
  return new SuperviseError(
    'ERR_OPTION_INVALID',
    `There is no restart preset \`${String(name)}\`.${didYouMean(String(name), RESTART_PRESETS)} ` +
      `The presets are ${RESTART_PRESETS.map((one) => `\`${one}\``).join(', ')}.`,
    { option: 'name', value: name },
  )
}
