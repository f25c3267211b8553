import { ConstantBackoff, ListBackoff } from '../backoff.ts'
import { lifetime } from '../history.ts'
import { geometricSteps, startsApart, stepPerQuickFailure, unlessLived, unlessReady } from './delays.ts'
import type { KnownSupervisor } from './preset.ts'
import { quickFailuresInARow, restartsSinceOpened } from './windows.ts'

const systemd: KnownSupervisor = {
  options: {
    policy: 'on-failure',
    success: [0, 'SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE'],
    maxRestarts: 4,
    window: restartsSinceOpened(10_000),
    backoff: new ConstantBackoff(100),
  },
  restarts: 'codes other than 0, signals other than HUP, INT, TERM and PIPE',
  limit: 'a 6th start in 10 s',
  reset: 'a start later than 10 s after that which began the count',
  stop: { signal: 'SIGTERM', graceMs: 90_000, scope: 'container' },
  source:
    'systemd.service(5), systemd.unit(5) and systemd-system.conf(5), https://www.freedesktop.org/software/systemd/man/; ' +
    'src/basic/ratelimit.c',
  notes: [
    "`Restart=always` is `policy: 'always'`; the default of systemd itself is `no`, which is `policy: 'never'`.",
    '`StartLimitBurst=n` is `maxRestarts: n - 1`. `StartLimitIntervalSec=` is about `window`, which slides.',
    '`on-success`, `on-abnormal`, `on-abort` and `on-watchdog` are not modelled.',
  ],
}

/** What starts services on a machine, by name. */
export const SERVICE_MANAGERS = {
  systemd,
  'systemd-steps': {
    ...systemd,
    options: { ...systemd.options, backoff: geometricSteps(100, 60_000, 5) },
    reset: 'the delay never; the count with a start later than 10 s after that which began it',
    source:
      'systemd.service(5), RestartSteps=, since version 254; src/core/service.c, service_restart_usec_next',
    notes: [
      'With `RestartSec=100ms`, `RestartMaxDelaySec=60s` and `RestartSteps=5`. Delay i is r0 up to i = 1, then ' +
        'r0 · (max / r0)^((i − 1) / steps), and max after so many steps. Other figures are a `ListBackoff` of them.',
      'With such delays there is never a 6th start in 10 s.',
    ],
  },
  supervisord: {
    options: {
      policy: 'on-failure',
      success: ({ exitCode }, start) => exitCode === 0 && lifetime(start) >= 1000,
      maxRestarts: 3,
      window: quickFailuresInARow(1000),
      backoff: stepPerQuickFailure(1000, 1000),
    },
    restarts: 'codes other than 0 and signals; within 1 s of the start, anything',
    limit: 'the 4th end in a row within 1 s of its start',
    reset: '1 s up',
    stop: { signal: 'SIGTERM', graceMs: 10_000, scope: 'process' },
    source:
      'http://supervisord.org/configuration.html and subprocess.html; supervisor 4.2.5, supervisor/process.py',
    seen:
      'Delays are up to 1 s longer, since it looks once a second: 1.025 2.017 3.021 4.030 s. For the same reason it now and then takes ' +
      'a program that exits at once for one that ran: it is restarted without a delay, and its count begins anew. ' +
      'Where 4 starts were to be expected, 7 runs had 8, 13, 6, 4, 8, 4 and 14. A grandchild survives the stop unless `stopasgroup` is set; ' +
      'one that ignores SIGTERM survives even then.',
    notes: [
      "`autorestart=true` is `policy: 'always'`.",
      '`startretries=n` is `maxRestarts: n`.',
      '`exitcodes` and `startsecs` are in `success`, `window` and `backoff`.',
    ],
  },
  runit: {
    options: { policy: 'always', backoff: unlessLived(1000, 1000) },
    restarts: 'any exit',
    limit: 'never',
    reset: '1 s up: then no delay',
    stop: { signal: 'SIGTERM', graceMs: undefined, scope: 'process' },
    source: 'runsv(8) and sv(8), runit 2.1.2, https://smarden.org/runit/',
    seen: '1.003 to 1.063 s; about 10 ms after 1.5 s up. Grandchildren survive the stop.',
    notes: ['SIGTERM is followed by SIGCONT.', '`./finish` is not modelled.'],
  },
  s6: {
    options: { policy: 'always', backoff: unlessReady(1000, 1000) },
    restarts: 'any exit',
    limit: 'never, unless `./finish` exits with 125',
    reset: 'more than 1 s ready: then no delay',
    stop: { signal: 'SIGTERM', graceMs: undefined, scope: 'process' },
    source: 's6-supervise, s6 2.11.3, https://skarnet.org/software/s6/s6-supervise.html',
    seen: '1.003 to 1.005 s.',
    notes: [
      'A service without `notification-fd` is never ready: `backoff: new ConstantBackoff(1000)`.',
      'SIGTERM is followed by SIGCONT. `timeout-kill` sets a time after which it kills.',
      '`./finish` is not modelled.',
    ],
  },
  launchd: {
    options: { policy: 'always', backoff: startsApart(10_000) },
    restarts: 'any exit (`KeepAlive`)',
    limit: 'never',
    reset: '10 s up: then no delay',
    stop: { signal: 'SIGTERM', graceMs: 20_000, scope: 'group' },
    source: 'launchd.plist(5): KeepAlive, ThrottleInterval, ExitTimeOut, AbandonProcessGroup',
    notes: [
      "`KeepAlive: { SuccessfulExit: false }` is `policy: 'on-failure'`.",
      'The time after which it kills is 20 s in older manuals, and defined by the system in newer ones.',
    ],
  },
  'windows-service': {
    options: { policy: 'on-failure', backoff: new ListBackoff([60_000]) },
    restarts: 'a process that ends without having said that it stops',
    limit: 'never',
    reset: 'no failure within the reset period',
    stop: { signal: undefined, graceMs: undefined, scope: 'process' },
    source:
      'SERVICE_FAILURE_ACTIONSW, https://learn.microsoft.com/windows/win32/api/winsvc/ns-winsvc-service_failure_actionsw',
    notes: [
      'Failure n has the nth action, later ones the last: `backoff: new ListBackoff([…])`. A service has none of its own; ' +
        'this is one restart after a minute, again and again.',
      'The reset period is about `resetAfter`, which counts the time up alone.',
    ],
  },
} satisfies Record<string, KnownSupervisor>
