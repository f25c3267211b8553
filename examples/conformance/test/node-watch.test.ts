import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { describeSupervisor } from 'vitest-supervise/conformance'

describeSupervisor('node --watch', {
  async start({ command, dir, supervise }) {
    const file = path.join(dir, 'program.cjs')
    const change = () => writeFileSync(file, `require(${JSON.stringify(command.module)})\n`)
    change()
    return Object.assign(await supervise(process.execPath, ['--watch', file]), { change })
  },
  restart: (watch) => watch.change(),
  facts: { policies: ['never'], passesOutput: true },
  known: {
    'restart-leaves-no-grandchild': 'nodejs/node#59380',
    'grandchild-ordinary': 'nodejs/node#59380',
    'grandchild-ignore-sigterm': 'nodejs/node#59380',
    'grandchild-setsid': 'nodejs/node#59380',
  },
  report: 'scores/node-watch',
})
