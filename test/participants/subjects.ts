import { createRequire } from 'node:module'
import path from 'node:path'

import type { Harness } from '../../src/harness/harness.ts'

const require = createRequire(import.meta.url)

/** The programs of npm that are put under a virtual clock, as their users start them: with Node. */
export const nodemon: string = require.resolve('nodemon/bin/nodemon.js')
export const foreman: string = require.resolve('foreman/nf.js')

/** How many agents of the harness live. */
export async function agentsAlive(harness: Harness): Promise<number> {
  const name = path.basename(harness.agentPath)
  return (await harness.processes()).filter(({ command }) => command.includes(name)).length
}
