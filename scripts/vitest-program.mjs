import { createRequire } from 'node:module'
import path from 'node:path'

const { resolve } = createRequire(import.meta.url)

/** What Node runs as `vitest`: that of this repository. */
export const vitestProgram = path.join(path.dirname(resolve('vitest/package.json')), 'vitest.mjs')
