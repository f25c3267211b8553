import { ConstantBackoff, ExponentialBackoff } from '../backoff.ts'
import { anewAfter, flooredGrowth } from './delays.ts'
import type { KnownSupervisor } from './preset.ts'
import { failuresPerLifetime, quickFailuresAtFirst, quickFailuresInARow } from './windows.ts'

const pm2: KnownSupervisor = {
  options: {
    policy: 'always',
    maxRestarts: 16,
    window: quickFailuresInARow(1000),
    backoff: new ConstantBackoff(0),
  },
  observed: { maxRestarts: 15, window: quickFailuresAtFirst(1000, 16_000) },
  restarts: 'any exit',
  limit: 'the 17th exit in a row within 1 s of its start',
  reset: '1 s up',
  stop: { signal: 'SIGINT', graceMs: 1600, scope: 'tree' },
  source:
    'https://pm2.keymetrics.io/docs/usage/restart-strategies/ and application-declaration/; pm2 7.0.4, lib/God.js',
  seen:
    'It ends with the 16th exit, after 15 restarts. They need not be in a row, and count only within 16 s of the first ' +
    'start (`min_uptime` · `max_restarts`): later it restarts for ever.',
  notes: [
    '`max_restarts: n` is `maxRestarts: n`, as observed `n - 1`; the 16 s are not changed by that.',
    "`stop_exit_codes: [3]` is `policy: 'on-failure', success: [3]`.",
    '`restart_delay` is `backoff: new ConstantBackoff(…)`.',
  ],
}

const concurrently: KnownSupervisor = {
  options: { policy: 'on-failure', backoff: new ConstantBackoff(0) },
  restarts: 'codes other than 0 and signals',
  limit: 'never',
  reset: 'never',
  stop: { signal: undefined, graceMs: undefined, scope: 'tree' },
  source:
    'https://github.com/open-cli-tools/concurrently; concurrently 9.2.5, src/flow-control/restart-process.ts',
  notes: [
    'This is `--restart-tries -1`. `--restart-tries n` is `maxRestarts: n`; without that option it does not restart.',
    '`--restart-after ms` is `backoff: new ConstantBackoff(ms)`.',
    'It stops with the signal that it was sent.',
  ],
}

/** Packages for Node that restart, by name. */
export const NODE_PACKAGES = {
  pm2,
  'pm2-exponential': {
    ...pm2,
    options: { ...pm2.options, backoff: anewAfter(30_000, flooredGrowth(100, 1.5, 15_000)) },
    reset: '30 s up, the delay; 1 s up, the count',
    seen:
      'The delays are as documented: 132 160 233 344 511 770 1142 1711 ms from start to start. Restarts count only within ' +
      '16 s of the first start, and so it never gave up. The delay is reset by a look every 30 s, so after 30 to 60 s up.',
    notes: ['`exp_backoff_restart_delay: 100`.'],
  },
  forever: {
    options: { policy: 'always', backoff: new ConstantBackoff(0) },
    restarts: 'any exit',
    limit: 'never',
    reset: 'never',
    stop: { signal: 'SIGKILL', graceMs: 0, scope: 'tree' },
    source:
      'https://github.com/foreversd/forever-monitor; forever-monitor 3.0.3, lib/forever-monitor/monitor.js',
    notes: [
      '`max: n` is the number of runs: `maxRestarts: n - 1`.',
      '`minUptime` is not modelled: an exit before that is the end, or with `spinSleepTime` is followed by that delay.',
    ],
  },
  respawn: {
    options: { policy: 'always', window: 60_000, backoff: new ConstantBackoff(1000) },
    observed: { window: failuresPerLifetime(60_000) },
    restarts: 'any exit',
    limit: 'never',
    reset: '60 s',
    stop: { signal: 'SIGTERM', graceMs: 30_000, scope: 'tree' },
    source: 'https://github.com/mafintosh/respawn; respawn 2.6.0, index.js',
    seen:
      'Restarts are counted until the program has been up for 60 s in all, however long that takes: waiting is not time. What crashes ' +
      'at once is so given up in the end even with long delays.',
    notes: [
      '`maxRestarts: n` is `maxRestarts: n`; there `0` allows none.',
      '`sleep: [1000, 60000]` is `backoff: new ListBackoff([1000, 60_000])`.',
    ],
  },
  concurrently,
  'concurrently-exponential': {
    ...concurrently,
    options: { policy: 'on-failure', backoff: new ExponentialBackoff({ max: Infinity }) },
    notes: ['`--restart-after exponential`, with `--restart-tries -1`.'],
  },
  'vscode-languageclient': {
    options: {
      policy: 'always',
      maxRestarts: 4,
      // Crashes that are 180,000 ms apart are within three minutes of each other.
      window: 180_001,
      backoff: new ConstantBackoff(0),
    },
    restarts: 'any exit',
    limit: 'the 5th exit within 3 min',
    reset: 'sliding window',
    stop: { signal: undefined, graceMs: 2000, scope: 'tree' },
    source: 'vscode-languageclient 11.0.0, lib/common/client.js, DefaultErrorHandler, and lib/node/main.js',
    notes: ['`maxRestartCount` is `maxRestarts`.', 'It asks by the message `shutdown`, then kills.'],
  },
} satisfies Record<string, KnownSupervisor>
