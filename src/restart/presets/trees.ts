import { ConstantBackoff } from '../backoff.ts'
import { pauseWhenMany } from './delays.ts'
import type { KnownSupervisor } from './preset.ts'
import { failuresInSeconds } from './windows.ts'

/** Supervision trees, by name. */
export const TREES = {
  otp: {
    options: { policy: 'always', maxRestarts: 1, window: 5000, backoff: new ConstantBackoff(0) },
    observed: { window: failuresInSeconds(5) },
    restarts: 'any exit (`permanent`)',
    limit: 'the 2nd exit in 5 s, which ends the supervisor',
    reset: 'sliding window',
    stop: { signal: undefined, graceMs: 5000, scope: 'process' },
    source:
      'Erlang/OTP, supervisor(3), https://www.erlang.org/doc/apps/stdlib/supervisor.html; lib/stdlib/src/supervisor.erl',
    seen: 'Its clock has whole seconds, so the window is up to a second longer: with 2 in 2 s, 3 restarts over about 2.1 s ended it.',
    notes: [
      "`transient` is `policy: 'on-failure'`, `temporary` is `policy: 'never'`.",
      '`intensity` is `maxRestarts`, `period` is `window`.',
      'It asks by the exit reason `shutdown`, then kills.',
    ],
  },
  suture: {
    options: {
      policy: 'always',
      backoff: pauseWhenMany({ threshold: 5, halfLife: 30_000, pause: 15_000, share: 0.5 }),
    },
    restarts: 'any return',
    limit: 'never: it pauses after more than 5 failures, of which half are forgotten every 30 s',
    reset: 'a pause forgets all failures',
    stop: { signal: undefined, graceMs: undefined, scope: 'process' },
    source: 'https://pkg.go.dev/github.com/thejerf/suture/v4; v4/supervisor.go',
    notes: [
      'It cancels the context of a service, waits 10 s, and then leaves it alone: nothing kills a goroutine.',
    ],
  },
} satisfies Record<string, KnownSupervisor>
