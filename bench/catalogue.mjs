/**
 * What can be measured, in the order in which it is: what each bench is about, its module, and about how long it takes on
 * two quiet cores, in s. A module exports `measure({ folder, quick })`, which gives back rows: `what` and its figure `of`;
 * `rivals`, figures by name, of the same run; `promise` and `note`. With `quick` it does the least that shows it works.
 */
export const BENCHES = {
  agent: { about: 'the fixture `agent`, and `prewarm`', module: './agent.mjs', seconds: 40 },
  restarts: { about: 'a day of backoff in virtual time', module: './restarts.mjs', seconds: 65 },
  processes: {
    about: 'supervisors in other processes, in virtual time',
    module: './processes.mjs',
    seconds: 75,
  },
  simulation: { about: 'restarts in memory', module: './simulation.mjs', seconds: 20 },
  exploration: { about: 'schedules explored, by threads', module: './exploration.mjs', seconds: 170 },
  'network-start': {
    about: 'what the preload adds to a child',
    module: './network-start.mjs',
    seconds: 35,
  },
  network: { about: 'requests and connections to the gateway', module: './network.mjs', seconds: 90 },
  build: { about: 'compiling the agent', module: './build.mjs', seconds: 20 },
  'start-up': { about: 'what the plugin adds to `vitest run`', module: './start-up.mjs', seconds: 20 },
}
