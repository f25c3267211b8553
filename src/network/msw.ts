import { createRequire } from 'node:module'
import path from 'node:path'

import { SuperviseError, systemCode } from '../errors.ts'
import { isRecord } from '../json.ts'

const OLDEST = [2, 13]
const NEXT_MAJOR = 4
const RANGE = `>=${OLDEST.join('.')} <${NEXT_MAJOR}`

/**
 * Throws `ERR_MSW_MISSING` if the project at `cwd` has no MSW, and `ERR_MSW_UNSUPPORTED` for one whose handlers are not known
 * here. Nothing of it is loaded: the test brings the handlers.
 */
export function requireMsw(cwd: string): void {
  const version = versionOf(path.join(cwd, 'package.json')) ?? versionOf(import.meta.url)
  if (version === undefined) {
    throw new SuperviseError(
      'ERR_MSW_MISSING',
      `The network of a child is answered by handlers of MSW, and ${cwd} has none installed: \`npm install --save-dev msw\`.`,
      { cwd },
    )
  }
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (
    major < NEXT_MAJOR &&
    (major > Number(OLDEST[0]) || (major === OLDEST[0] && minor >= Number(OLDEST[1])))
  )
    return
  throw new SuperviseError(
    'ERR_MSW_UNSUPPORTED',
    `The network of a child is answered by handlers of MSW ${RANGE}, and MSW ${version} is installed: \`npm install --save-dev msw@2\`.`,
    { version },
  )
}

function versionOf(from: string): string | undefined {
  try {
    const manifest: unknown = createRequire(from)('msw/package.json')
    return isRecord(manifest) && typeof manifest['version'] === 'string' ? manifest['version'] : undefined
  } catch (error) {
    if (systemCode(error) === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}
