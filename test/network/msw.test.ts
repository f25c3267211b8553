import { expect, test } from 'vitest'

import { requireMsw } from '../../src/network/msw.ts'
import { Scratch } from '../support/scratch.ts'

/** A project that has this version of MSW. */
function projectWith(version: string): string {
  const scratch = new Scratch()
  scratch.write('node_modules/msw/package.json', JSON.stringify({ name: 'msw', version }))
  return scratch.root
}

test.each(['2.13.0', '2.15.0', '3.0.0', '3.99.1'])('MSW %s is one whose handlers are known', (version) => {
  expect(() => requireMsw(projectWith(version))).not.toThrow()
})

test.each(['1.3.5', '2.12.14', '4.0.0'])(
  'MSW %s is refused, with its version and what to install',
  (version) => {
    const refused = expect.objectContaining({ code: 'ERR_MSW_UNSUPPORTED', version }) as Error
    expect(() => requireMsw(projectWith(version))).toThrow(refused)
    expect(() => requireMsw(projectWith(version))).toThrow(`MSW ${version} is installed: \`npm install`)
  },
)
