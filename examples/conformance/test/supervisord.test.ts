import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { test } from 'vitest-supervise'
import { describeSupervisor } from 'vitest-supervise/conformance'

const program = '/usr/bin/supervisord'

/** What a policy is called here. */
const AUTORESTART = { always: 'true', 'on-failure': 'unexpected', never: 'false' }

if (!existsSync(program)) test.skip('supervisord: apt-get install supervisor')
else {
  describeSupervisor('supervisord', {
    start({ command, dir, policy, supervise }) {
      const file = path.join(dir, 'supervisord.conf')
      writeFileSync(
        file,
        `[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile=${path.join(dir, 'supervisord.pid')}

[program:program]
command=${command.file}
autorestart=${AUTORESTART[policy]}
; Before so many seconds every exit is a failed start, whatever the policy.
startsecs=${policy === 'always' ? 3 : 0}
startretries=3
stopwaitsecs=2
stopasgroup=true
killasgroup=true
`,
      )
      return supervise(program, ['-c', file])
    },
    // Stops everything, reads its configuration again, and starts.
    restart: (supervisord) => supervisord.kill('SIGHUP'),
    facts: {
      policies: ['always', 'on-failure', 'never'],
      delays: [1000, 2000, 3000],
      // It looks once a second.
      tolerance: 1100,
      maxRestarts: 3,
      grace: 2000,
      afterGrace: 'kill',
      stops: 'group',
      quiet: 5000,
    },
    // The group gets SIGKILL only if the program itself has not ended in time.
    known: { 'grandchild-ignore-sigterm': 'Supervisor/supervisor#1101' },
    report: 'scores/supervisord',
  })
}
