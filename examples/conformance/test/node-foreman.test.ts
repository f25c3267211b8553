import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import { describeSupervisor } from 'vitest-supervise/conformance'

const program = createRequire(import.meta.url).resolve('foreman/nf.js')

describeSupervisor('node-foreman', {
  start({ command, dir, supervise }) {
    writeFileSync(path.join(dir, 'Procfile'), `program: ${command.shell}\n`)
    return supervise(process.execPath, [program, 'start'], { cwd: dir })
  },
  // Ctrl-C, which a terminal sends to all that runs in it.
  async stop(foreman) {
    process.kill(-foreman.pid, 'SIGINT')
    await foreman.exited
  },
  facts: {
    policies: ['never'],
    exitCodes: { failure: 'non-zero', signal: 'non-zero' },
    passesOutput: true,
    stops: 'group',
  },
  known: {
    'reports-failure': 'strongloop/node-foreman#176',
    'reports-signal': 'strongloop/node-foreman#176',
    'sigterm-leaves-nothing': 'it listens for SIGINT alone',
    'second-stop-is-harmless': 'it listens for SIGINT once, so the second one ends it at once',
  },
  report: 'scores/node-foreman',
})
