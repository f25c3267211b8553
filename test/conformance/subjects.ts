import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import type { SupervisorAdapter } from '../../fixtures/conformance.ts'
import type { SupervisorHandle } from '../../src/process/supervisor-handle.ts'

const require = createRequire(import.meta.url)

/** nodemon, as it is told to run anything but a Node script. SIGHUP asks it for a restart. */
export const nodemon: SupervisorAdapter<SupervisorHandle> = {
  start({ command, dir, supervise }) {
    const program = require.resolve('nodemon/bin/nodemon.js')
    // By which its own message advises to go on after a code 2.
    const line = `${command.shell} || exit 1`
    return supervise(process.execPath, [program, '--watch', path.join(dir, 'none'), '--exec', line])
  },
  restart: (supervisor) => supervisor.kill('SIGHUP'),
}

/** node-foreman with a Procfile of one line. */
export const nodeForeman: SupervisorAdapter<SupervisorHandle> = {
  start({ command, dir, supervise }) {
    writeFileSync(path.join(dir, 'Procfile'), `program: ${command.shell}\n`)
    return supervise(process.execPath, [require.resolve('foreman/nf.js'), 'start'], { cwd: dir })
  },
  facts: { policies: ['never'], exitCodes: { failure: 'non-zero' } },
}

/** `node --watch`, which restarts when the file of its program has changed. */
export const nodeWatch: SupervisorAdapter<SupervisorHandle & { change(): void }> = {
  async start({ command, dir, supervise }) {
    const file = path.join(dir, 'program.cjs')
    const change = (): void => writeFileSync(file, `require(${JSON.stringify(command.module)})\n`)
    change()
    return Object.assign(await supervise(process.execPath, ['--watch', file]), { change })
  },
  restart: (supervisor) => supervisor.change(),
}
