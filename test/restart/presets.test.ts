import { createRequire } from 'node:module'

import { expect, fault, restartPreset, type RestartPresetName, test } from '../../fixtures/index.ts'
import { RESTART_PRESETS } from '../../src/restart/presets/restart-preset.ts'

const s = 1000
const always = (delay: number): number[] => Array.from({ length: 8 }, () => delay)

/** What each program waits before its first 8 restarts, its limit aside. In ms. */
const DELAYS: Readonly<Partial<Record<RestartPresetName, readonly number[]>>> = {
  otp: always(0),
  suture: [0, 0, 0, 0, 0, 15 * s, 0, 0],
  systemd: always(100),
  'systemd-steps': [100, 359, 1292, 4644, 16_692, 60 * s, 60 * s, 60 * s],
  supervisord: [1 * s, 2 * s, 3 * s, 4 * s, 5 * s, 6 * s, 7 * s, 8 * s],
  runit: always(1 * s),
  s6: always(1 * s),
  launchd: always(10 * s),
  'windows-service': always(60 * s),
  kubernetes: [0, 10 * s, 20 * s, 40 * s, 80 * s, 160 * s, 300 * s, 300 * s],
  'kubernetes-kep-4603': [0, 1 * s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 60 * s],
  docker: [100, 200, 400, 800, 1600, 3200, 6400, 12_800],
  nomad: always(15 * s),
  'nomad-delay': [15 * s, 15 * s, 1770 * s, 15 * s, 15 * s, 1770 * s, 15 * s, 15 * s],
  pm2: always(0),
  'pm2-exponential': [100, 150, 225, 337, 505, 757, 1135, 1702],
  forever: always(0),
  respawn: always(1 * s),
  concurrently: always(0),
  'concurrently-exponential': [1 * s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 64 * s, 128 * s],
  'vscode-languageclient': always(0),
}

const DOCUMENTED = Object.entries(DELAYS).map(([name, delays]) => [name, 'documented', delays] as const)
const OBSERVED = DOCUMENTED.filter(([name]) =>
  ['otp', 'pm2', 'pm2-exponential', 'respawn'].includes(name),
).map(([name, , delays]) => [name, 'observed', delays] as const)

test.for([...DOCUMENTED, ...OBSERVED])(
  '%s, as %s, waits as long as the program before each of 8 restarts of a real process',
  async ([name, as, delays], { restartLoop, faults, clock, timeline }) => {
    faults.inject(fault.exit(1), { attempts: [1, 8] })
    const preset = restartPreset(name as RestartPresetName, { as })
    restartLoop({ ...preset, maxRestarts: Infinity, random: () => 0 })
      .run()
      .catch(() => {})
    await clock.runUntil(timeline.until('ready', { attempt: 9 }))
    expect(timeline).toHaveDelays([...delays])
    expect(clock.now).toBe(delays.reduce((sum, delay) => sum + delay, 0))
  },
)

/** How often each program is started in all if every start fails at once. */
test.for([
  ['otp', 'documented', 2],
  ['otp', 'observed', 2],
  ['systemd', 'documented', 5],
  ['supervisord', 'documented', 4],
  ['nomad', 'documented', 3],
  ['pm2', 'documented', 17],
  ['pm2', 'observed', 16],
  ['vscode-languageclient', 'documented', 5],
] as const)(
  '%s, as %s, gives a real process up after %i starts',
  async ([name, as, starts], { restartLoop, faults, clock, timeline }) => {
    faults.inject(fault.exit(1), { attempts: 'every' })
    await expect(clock.runUntil(restartLoop(restartPreset(name, { as })).run())).rejects.toMatchObject({
      code: 'ERR_MAX_RESTARTS_EXHAUSTED',
      attempts: starts,
    })
    expect(timeline).toHaveAttempts(starts)
  },
)

test.for(RESTART_PRESETS.filter((name) => !Object.hasOwn(DELAYS, name)))(
  '%s never restarts a real process',
  async (name, { restartLoop, faults, clock, timeline }) => {
    faults.inject(fault.exit(3))
    await expect(clock.runUntil(restartLoop(restartPreset(name)).run())).rejects.toMatchObject({
      code: 'ERR_AGENT_EXITED',
      exitCode: 3,
    })
    expect(timeline).toHaveAttempts(1)
  },
)

/** As much of the package `respawn` as is used here. */
type Respawn = (
  command: readonly string[],
  options: object,
) => { start(): void; once(event: 'crash', listener: () => void): void }

test.for(['respawn itself', 'its preset'])(
  '%s counts restarts by the time up, and gives up after 19 starts',
  async (subject, { agentCommand, restartLoop, faults, clock, timeline }) => {
    // After 10 times 6 s the count begins anew; the tenth restart after that is one too many.
    faults.inject(fault.exit(1), { attempts: 'every', at: { after: 6000 } })
    const { file, args, env } = agentCommand
    if (subject === 'its preset') {
      const run = restartLoop({ ...restartPreset('respawn', { as: 'observed' }), maxRestarts: 9 }).run()
      await expect(clock.runUntil(run)).rejects.toThrow('max restarts exhausted')
    } else {
      const respawn = createRequire(import.meta.url)('respawn') as Respawn
      const monitor = respawn([file, ...args], { env, maxRestarts: 9 })
      const crashed = new Promise<void>((resolve) => monitor.once('crash', resolve))
      monitor.start()
      await clock.runUntil(crashed)
    }
    expect(timeline).toHaveAttempts(19)
    expect(timeline).toHaveDelays(Array.from({ length: 18 }, () => 1000))
  },
)
