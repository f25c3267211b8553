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
  report: 'scores/node-watch',
})
