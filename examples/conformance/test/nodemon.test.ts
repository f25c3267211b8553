import { createRequire } from 'node:module'
import path from 'node:path'

import { describeSupervisor } from 'vitest-supervise/conformance'

const program = createRequire(import.meta.url).resolve('nodemon/bin/nodemon.js')

describeSupervisor('nodemon', {
  start({ command, dir, supervise }) {
    // Not a Node script, which nodemon would fork. `|| exit 1` is what its own message on code 2 advises.
    const line = `${command.shell} || exit 1`
    return supervise(process.execPath, [program, '--watch', path.join(dir, 'none'), '--exec', line])
  },
  async stop(nodemon) {
    nodemon.kill('SIGINT')
    await nodemon.exited
  },
  restart: (nodemon) => nodemon.kill('SIGHUP'),
  facts: { policies: ['never'], passesOutput: true },
  known: {
    'no-overlap-on-restart': 'remy/nodemon#1889',
    'sigterm-leaves-nothing': 'remy/nodemon#882',
    'second-stop-is-harmless': 'it listens for SIGINT once, so the second one ends it at once',
  },
  report: 'scores/nodemon',
})
