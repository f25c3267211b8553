import fs from 'node:fs'

import type { Scratch } from './scratch.ts'

/** Who owns nothing. */
const NOBODY = 65_534

/**
 * The words before a program that have it run as a user without powers, who may write in `scratch`, also where the tests
 * are root's. It may read everything, or it could not load what is tested.
 */
export function asOrdinaryUser(scratch: Scratch): string[] {
  if (process.getuid?.() !== 0) return []
  fs.chownSync(scratch.root, NOBODY, NOBODY)
  const powers = '-all,+dac_read_search'
  return [
    'setpriv',
    `--reuid=${NOBODY}`,
    `--regid=${NOBODY}`,
    '--clear-groups',
    `--inh-caps=${powers}`,
    `--ambient-caps=${powers}`,
  ]
}
