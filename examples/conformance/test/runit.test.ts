import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { test } from 'vitest-supervise'
import { describeSupervisor } from 'vitest-supervise/conformance'

const program = '/usr/bin/runsv'

if (!existsSync(program)) test.skip('runit: apt-get install runit')
else {
  describeSupervisor('runit', {
    async start({ command, dir, supervise }) {
      const service = path.join(dir, 'service')
      mkdirSync(service)
      writeFileSync(path.join(service, 'run'), `#!/bin/sh\nexec ${command.shell}\n`, { mode: 0o755 })
      return Object.assign(await supervise(program, [service]), { service })
    },
    restart: (runsv) => execFileSync('/usr/bin/sv', ['term', runsv.service]),
    facts: {
      policies: ['always'],
      delays: [1000, 1000, 1000],
      tolerance: 100,
      // It waits for ever for a program that does not end.
      afterGrace: 'wait',
      stops: 'process',
      quiet: 2000,
    },
    report: 'scores/runit',
  })
}
