export const SCOPES = {
  restart: {
    pool: 'threads',
    mutate: ['src/restart/*.ts'],
    tests: [
      'test/restart/policy.test.ts',
      'test/restart/success.test.ts',
      'test/restart/backoff.test.ts',
      'test/restart/restart-loop.test.ts',
      'test/restart/history.test.ts',
      'test/restart/agent-starter.test.ts',
      'test/restart/preset-lives.test.ts',
      'test/simulate/restart-loop.test.ts',
      'test/restart/model.test.ts',
    ],
  },
  'restart/presets': {
    pool: 'threads',
    mutate: ['src/restart/presets/*.ts'],
    tests: [
      'test/restart/windows.test.ts',
      'test/restart/delays.test.ts',
      'test/restart/preset-lives.test.ts',
      'test/docs/presets.test.ts',
    ],
  },
  fault: {
    pool: 'threads',
    mutate: ['src/fault/*.ts'],
    tests: [
      'test/fault/fault.test.ts',
      'test/fault/catalogue.test.ts',
      'test/fault/plan.test.ts',
      'test/fault/reasons.test.ts',
      'test/fault/answer.test.ts',
      'test/fault/attempt-record.test.ts',
      'test/fault/owed-answers.test.ts',
      'test/fault/support.test.ts',
      'test/fault/needs.test.ts',
      'test/fault/system-calls.test.ts',
      'test/fault/define.test.ts',
    ],
  },
  'fault/catalogue': {
    pool: 'threads',
    mutate: ['src/fault/catalogue/*.ts'],
    tests: ['test/fault/catalogue.test.ts', 'test/fault/fault.test.ts', 'test/docs/faults.test.ts'],
  },
  clock: {
    pool: 'forks',
    mutate: [
      'src/clock/*.ts',
      '!src/clock/{child,driver,own-threads,uncontrolled,virtual-clock,worker-children}.ts',
    ],
    tests: [
      'test/clock/clock.test.ts',
      'test/clock/clock-errors.test.ts',
      'test/clock/seeded-order.test.ts',
      'test/clock/source.test.ts',
      'test/clock/dump.test.ts',
      'test/clock/quiet.test.ts',
      'test/clock/timer-engine.test.ts',
      'test/clock/voices.test.ts',
      'test/clock/guests.test.ts',
      'test/clock/population.test.ts',
      'test/clock/calls.test.ts',
      'test/clock/failed-starts.test.ts',
      'test/clock/sleepers.test.ts',
      'test/clock/test-clock.test.ts',
      'test/clock/situation.test.ts',
      'test/clock/orphans.test.ts',
      'test/clock/going-on.test.ts',
      'test/clock/driver.test.ts',
      'test/clock/times.test.ts',
    ],
  },
  // What puts them together.
  'clock/driver': {
    pool: 'forks',
    mutate: ['src/clock/{child,driver,own-threads,uncontrolled,virtual-clock,worker-children}.ts'],
    tests: [
      'test/clock/driver.test.ts',
      'test/clock/times.test.ts',
      'test/clock/child.test.ts',
      'test/clock/virtual-clock.test.ts',
      'test/clock/own-threads.test.ts',
      'test/clock/worker-children.test.ts',
      'test/clock/calls.test.ts',
      'test/clock/failed-starts.test.ts',
      'test/clock/uncontrolled.test.ts',
      'test/clock/children.test.ts',
      'test/clock/removal.test.ts',
      'test/clock/work-in-flight.test.ts',
      'test/clock/pipes.test.ts',
      'test/clock/order.test.ts',
      'test/clock/many-starts.test.ts',
      'test/clock/errors.test.ts',
    ],
  },
  'clock/evidence': {
    pool: 'forks',
    mutate: ['src/clock/evidence/*.ts'],
    tests: [
      'test/clock/system-calls.test.ts',
      'test/clock/process-view.test.ts',
      'test/clock/thread.test.ts',
      'test/clock/evidence.test.ts',
      'test/clock/evidence-tree.test.ts',
      'test/clock/children.test.ts',
      'test/clock/pipes.test.ts',
    ],
  },
  process: {
    pool: 'threads',
    mutate: [
      'src/process/*.ts',
      '!src/process/{agent-command,attempts,command-*,foreign-*,launcher-*,*supervisor*,stop-attached,under-*}.ts',
    ],
    tests: [
      'test/process/launch-error.test.ts',
      'test/process/attempt.test.ts',
      'test/process/watcher.test.ts',
      'test/process/signals.test.ts',
      'test/process/refusal.test.ts',
      'test/process/launch.test.ts',
      'test/process/spawn-errors.test.ts',
      'test/process/environment.test.ts',
      'test/process/agent-output.test.ts',
      'test/process/agent-handle.test.ts',
      'test/process/process-handle.test.ts',
      'test/process/spawner.test.ts',
      'test/process/readiness.test.ts',
      'test/fault/refusal.test.ts',
      'test/process/stop-tree.test.ts',
    ],
  },
  // What is started by others.
  'process/commands': {
    pool: 'threads',
    mutate: [
      'src/process/{agent-command,attempts,command-*,foreign-*,launcher-*,*supervisor*,stop-attached,under-*}.ts',
    ],
    tests: [
      'test/process/agent-commands.test.ts',
      'test/process/under-limit.test.ts',
      'test/process/attempt.test.ts',
      'test/process/refusal.test.ts',
      'test/process/launcher-script.test.ts',
      'test/process/agent-command.test.ts',
      'test/process/supervisor-handle.test.ts',
      'test/process/attempts.test.ts',
      'test/process/foreign-attempts.test.ts',
      'test/process/foreign-exits.test.ts',
      'test/fault/refusal.test.ts',
    ],
  },
  'process/confinement': {
    pool: 'threads',
    // These would mount over the run itself.
    mutate: ['src/process/confinement/*.ts', '!src/process/confinement/{mounts,namespace}.ts'],
    tests: [
      'test/process/confinement.test.ts',
      'test/fault/system-calls.test.ts',
      'test/fault/limits.test.ts',
      'test/fault/confinement.test.ts',
    ],
  },
  'process/table': {
    pool: 'threads',
    // The other systems' tables cannot be read here.
    mutate: ['src/process/table/*.ts', '!src/process/table/{darwin,windows}.ts'],
    tests: [
      'test/process/elders.test.ts',
      'test/process/table.test.ts',
      'test/process/signals.test.ts',
      'test/process/stop-tree.test.ts',
      'test/process/attempts.test.ts',
    ],
  },
}

export const TOO_SLOW = [
  / under load|^a hundred thousand/,
  /is started again at once and for ever|has a timer of its own|that wakes up after a second|^a sleep is not given up while time is moved/,
  /^two hundred programs|^a seed gives another order|^order holds also long/,
  /^trigger rejects for a program that speaks nothing|^an agent that confirms nothing of what/,
  /^concurrent children are numbered|^every way of child_process is numbered|^an agent that says ready and exits at once/,
  /^who may not look is told so/,
  /^killAll names what cannot be killed|keeps it open|^one whose connection somebody else/,
  /reaches execa$|^an ordinary user has no further process/,
]

export const OF_THE_WHOLE_PROCESS = [
  /^tooManyFiles|for want of descriptors|^what the system refuses is told in words/,
]

export function resultsOf(scope) {
  return `.lab/mutation/${scope.replaceAll('/', '-')}.json`
}
