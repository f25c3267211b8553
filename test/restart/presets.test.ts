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
