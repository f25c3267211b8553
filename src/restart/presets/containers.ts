import { ExponentialBackoff, ListBackoff } from '../backoff.ts'
import { anewAfter, atEndOfInterval, prolonged } from './delays.ts'
import type { KnownSupervisor } from './preset.ts'
import { failuresInInterval } from './windows.ts'

const kubernetes = {
  options: {
    policy: 'always',
    resetAfter: 600_000,
    backoff: new ListBackoff([0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000]),
  },
  restarts: 'any exit',
  limit: 'never',
  reset: '10 min up',
  stop: { signal: 'SIGTERM', graceMs: 30_000, scope: 'container' },
  source:
    'Pod Lifecycle, https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/; client-go, util/flowcontrol/backoff.go',
  notes: ["`restartPolicy: OnFailure` is `policy: 'on-failure'`, `Never` is `policy: 'never'`."],
} satisfies KnownSupervisor

const nomad: KnownSupervisor = {
  options: {
    policy: 'always',
    maxRestarts: 2,
    window: failuresInInterval(1_800_000),
    backoff: prolonged(15_000, 0.25),
  },
  restarts: 'any exit',
  limit: 'the 3rd exit in an interval of 30 min, which does not slide',
  reset: 'a new interval, which begins with the first failure after the end of the one before',
  stop: { signal: 'SIGINT', graceMs: 5000, scope: 'process' },
  source:
    'restart block, https://developer.hashicorp.com/nomad/docs/job-specification/restart; ' +
    'client/allocrunner/taskrunner/restarts/restarts.go',
  notes: [
    'This is a service job. A batch job ends with a clean exit, and has 3 attempts in 24 h: ' +
      "`policy: 'on-failure', maxRestarts: 3, window: 86_400_000`, which slides.",
    '`attempts` is `maxRestarts`, `interval` about `window`.',
  ],
}

/** What runs containers and tasks, by name. */
export const CONTAINERS = {
  kubernetes,
  'kubernetes-kep-4603': {
    ...kubernetes,
    options: {
      ...kubernetes.options,
      backoff: new ListBackoff([0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000]),
    },
    source:
      'KEP-4603, Tune CrashLoopBackoff, https://www.kubernetes.dev/resources/keps/4603/: ' +
      'the feature gate ReduceDefaultCrashLoopBackOffDecay',
    notes: [
      ...kubernetes.notes,
      'The maximum can be set for each node, from 1 to 300 s, by `crashLoopBackOff.maxContainerRestartPeriod`.',
    ],
  },
  docker: {
    options: {
      policy: 'always',
      backoff: anewAfter(10_000, new ExponentialBackoff({ initial: 100, max: 60_000 })),
    },
    restarts: 'any exit',
    limit: 'never',
    reset: '10 s up, the delay alone',
    stop: { signal: 'SIGTERM', graceMs: 10_000, scope: 'container' },
    source:
      'docker container run, Restart policies, https://docs.docker.com/reference/cli/docker/container/run/#restart; ' +
      'moby, restartmanager/restartmanager.go',
    notes: [
      "`on-failure:n` is `policy: 'on-failure', maxRestarts: n`; a long uptime does not reset that count.",
      'The default of Docker itself is `no`.',
    ],
  },
  nomad,
  'nomad-delay': {
    ...nomad,
    options: {
      policy: 'always',
      backoff: atEndOfInterval(1_800_000, 2, prolonged(15_000, 0.25)),
    },
    limit: 'never: after the 3rd exit in an interval of 30 min it waits for the end of that interval',
    notes: ['`mode = "delay"`.'],
  },
} satisfies Record<string, KnownSupervisor>
