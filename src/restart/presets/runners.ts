import type { KnownSupervisor } from './preset.ts'

const never: Pick<KnownSupervisor, 'options' | 'restarts' | 'limit' | 'reset'> = {
  options: { policy: 'never' },
  restarts: 'nothing',
  limit: 'the first exit',
  reset: 'never',
}

/** What starts programs and leaves them ended, by name. */
export const RUNNERS = {
  nodemon: {
    ...never,
    stop: { signal: 'SIGINT', graceMs: undefined, scope: 'tree' },
    source: 'https://github.com/remy/nodemon; nodemon 3.1.14, lib/monitor/run.js',
    seen:
      'With `--exec`, SIGTERM to nodemon orphaned 3 of 3 children, which got no signal, and after a change the new instance ran beside ' +
      'the old one. A script that ignores signals outlives it.',
    notes: ['It restarts when a file has changed, by SIGUSR2.'],
  },
  foreman: {
    ...never,
    stop: { signal: 'SIGTERM', graceMs: 5000, scope: 'process' },
    source: 'https://github.com/ddollar/foreman',
    notes: ['The first exit stops all the others.'],
  },
  honcho: {
    ...never,
    stop: { signal: 'SIGTERM', graceMs: 5000, scope: 'group' },
    source: 'https://github.com/nickstenning/honcho',
    notes: ['The first exit stops all the others.'],
  },
  'node-foreman': {
    ...never,
    stop: { signal: 'SIGINT', graceMs: undefined, scope: 'process' },
    source: 'https://github.com/strongloop/node-foreman; foreman 3.0.1, nf.js and lib/proc.js',
    seen: 'SIGTERM ends it in 15 ms, and orphans its children. A child that exits with 1 makes it exit with 0.',
    notes: ['The first exit stops all the others.'],
  },
} satisfies Record<string, KnownSupervisor>
