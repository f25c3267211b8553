import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { recordedResults } from './record.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * What is promised and takes minutes to hours to see: by name, the command, what it shows as `[what, promised]`, and with
 * which arguments `npm run bench -- --all` runs it; without them it does not, since there is no short form. Each program writes what it has come to by `recordResult`.
 */
export const CAMPAIGNS = {
  'kill-matrix': {
    script: 'kill-matrix',
    shows: [['survivors 2 s after a killed test run, processes and directories', '0 in every cell']],
    bounded: ['--sample', '24'],
  },
  'kill-matrix-random': {
    script: 'kill-matrix',
    shows: [['survivors of SIGKILLs of the main process at random moments', '0 of 200']],
    bounded: ['--random', '20'],
  },
  'determinism-restarts': {
    script: 'determinism',
    shows: [
      [
        '4 agents with 20 restarts each, jitter and mixed faults, beside two busy loops a core: timelines',
        'one, in 1,000 runs, on Node 20, 22, 24 and 26, in forks and threads',
      ],
    ],
    bounded: ['--runs', '5'],
  },
  'determinism-heartbeats': {
    script: 'determinism',
    shows: [['an agent with a heartbeat every 30 s, two virtual hours: false timeouts', '0 in 1,000 runs']],
    bounded: ['--scenario', 'heartbeats', '--runs', '10', '--nodes', '20'],
  },
  'determinism-network': {
    script: 'determinism',
    shows: [["three agents that share the network's faults: timelines", 'one on each Node']],
    bounded: ['--scenario', 'network', '--runs', '10', '--nodes', '20'],
  },
  'determinism-processes': {
    script: 'determinism',
    shows: [
      [
        'a supervisor of 40 lines in a process of its own, 20 children that crash: timelines, half beside two busy loops a core',
        'one, in 200 runs, on Node 20, 22, 24 and 26',
      ],
    ],
    bounded: ['--scenario', 'processes', '--runs', '5', '--load', '0,2', '--pools', 'forks'],
  },
  'determinism-peers': {
    script: 'determinism',
    shows: [
      [
        "two supervisors that talk HTTP over a Unix socket, and the test's own timers, 131 events: timelines",
        'one, in 100 runs, the median under 3 s',
      ],
    ],
    bounded: ['--scenario', 'peers', '--runs', '10', '--load', '0', '--pools', 'forks', '--nodes', '20'],
  },
  'determinism-third-party': {
    script: 'determinism',
    shows: [
      [
        'nodemon, node-foreman and `node --watch` as they come, idle and beside two busy loops a core: timelines',
        'one, in 50 runs each',
      ],
    ],
    bounded: [
      '--scenario',
      'third-party',
      '--runs',
      '3',
      '--load',
      '0,2',
      '--pools',
      'forks',
      '--nodes',
      '20',
    ],
  },
  equality: {
    script: 'equality',
    shows: [
      [
        'random schedules that leave the same timeline in a simulation and with real processes',
        '99.9 % of 1,000',
      ],
    ],
    bounded: ['--schedules', '200'],
  },
  'planted-bugs': {
    script: 'planted-bugs',
    shows: [
      ['planted mistakes that are found within 10 s each', '24 of 25'],
      ['finds that are shrunk to the known minimum', '90 %'],
      ['false alarms at correct supervisors', '0 in 1,000,000 schedules'],
    ],
    bounded: ['--seeds', '2', '--schedules', '100000'],
  },
  fuzz: {
    script: 'fuzz',
    shows: [['random and damaged frames that crash, hang or fill host or agent', '0 of 100,000 at each end']],
    bounded: ['--frames', '20000', '--seed', '1'],
  },
  soak: {
    script: 'soak',
    shows: [['left of faulted runs: processes, directories, descriptors', '0 after 10,000 runs']],
    bounded: ['--runs', '500', '--seed', '1'],
  },
  'published-bugs': {
    script: 'published-bugs',
    shows: [['4 published bugs of other supervisors, seen', '20 of 20 times each']],
    bounded: ['--runs', '3'],
  },
  conformance: {
    script: 'conformance',
    shows: [['checks that `RestartLoop` passes, of those that apply to it', 'all']],
    bounded: [],
  },
  'clean-install': {
    script: 'clean-install',
    shows: [
      [
        'the packed package installs, type-checks and works in an empty project',
        'Vitest 4.1.0, 4.1.12, 5.1.1',
      ],
    ],
    bounded: [],
  },
  matrix: {
    script: 'matrix',
    shows: [
      ['the suite, against the packed package', 'Node 20, 22, 24, 26 x Vitest 4.1.0, 4.1.12, 5.0, 5.1'],
    ],
    bounded: ['--corners'],
  },
  'first-test': {
    script: 'first-test',
    shows: [['from an empty folder to a restart test that passes, by `init`', 'under 2 minutes']],
    bounded: [],
  },
  'report-speed': {
    script: 'report-speed',
    shows: [['frames of the HTML report while 10,000 events scroll', 'smooth']],
  },
  mutation: {
    script: 'mutation',
    shows: [
      [
        'mutants of `src/restart`, `src/clock`, `src/process` and `src/fault` that a test notices',
        'at least 85 %',
      ],
    ],
  },
  tests: {
    script: 'promised-tests',
    shows: [
      [
        '200 tests in 8 files at once, each with two agents: none meet, nothing left, descriptors and heap flat',
        'passes',
      ],
      ['the tests of `restartLoop` and `agentCommand` in the contract, as written', 'passes'],
      ['the restart loop against a reference model, 10,000 cases', 'passes'],
      [
        "the first 8 delays of each preset, by real children in virtual time: the table's, to the ms",
        'passes',
      ],
      ['the 50 checks of the network on Node 20, 22, 24 with msw 2 and 3', 'passes'],
      ['50 restarts in a storm: every first request answered', 'passes'],
      ['`RestartLoop` in the conformance suite', 'passes'],
    ],
    bounded: [],
  },
}

/** What is known of every campaign, for the table: what the last run came to, or that there was none. */
export function campaignRows(results) {
  const recorded = recordedResults(results)
  const known = Object.entries(CAMPAIGNS).flatMap(([name, { script, shows }]) => {
    const { rows = [], argv = [], node, cores } = recorded.get(name) ?? {}
    return shows.map(([what, promised], index) => {
      const { value = 'not run here', met, note = '' } = rows[index] ?? {}
      return {
        campaign: name,
        what,
        value,
        promised,
        met,
        note,
        node,
        cores,
        command: commandOf(script, argv),
      }
    })
  })
  return known
}

/** The command that runs a campaign in its bounded form. */
export function boundedCommand(name) {
  const { script, bounded = [] } = CAMPAIGNS[name]
  return { file: 'npm', args: ['run', '--silent', script, '--', ...bounded], cwd: root }
}

/** How to run a script of package.json with these arguments. */
export function commandOf(script, argv) {
  return [`npm run ${script}`, ...(argv.length > 0 ? ['--', ...argv] : [])].join(' ')
}

export const results = path.join(root, 'bench', 'results')
