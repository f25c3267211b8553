import { readFileSync } from 'node:fs'

import { Authority } from '../../../../src/network/certificates/authority.ts'

const [, , run = '', host = ''] = process.argv
const authority = await Authority.ofRun(run)
await authority.context(host)
process.stdout.write(readFileSync(authority.caFile, 'utf8'))
