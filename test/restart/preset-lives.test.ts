import { expect, test } from 'vitest'

import { restartPreset, type RestartPresetName } from '../../src/restart/presets/restart-preset.ts'
import { type Life, type Played, play, times } from '../support/lives.ts'

type As = 'documented' | 'observed'

const lived = (uptime: number): Life => ({ uptime })
const as = (name: RestartPresetName, how: As = 'documented') => restartPreset(name, { as: how })

test.for<[RestartPresetName, As, string, readonly Life[], Partial<Played>]>([
  ['otp', 'documented', 'restarts twice in 5 s', [lived(0), lived(5000)], { ended: 'up' }],
  ['otp', 'documented', 'gives up before 5 s are over', [lived(0), lived(4999)], { ended: 'gave up' }],
  ['otp', 'observed', 'gives up within the fifth second', [lived(0), lived(5999)], { ended: 'gave up' }],
  ['otp', 'observed', 'restarts in the sixth second', [lived(0), lived(6000)], { ended: 'up' }],
  ['systemd', 'documented', 'never counts starts 10 s apart', times(20, lived(3000)), { ended: 'up' }],
  ['systemd', 'documented', 'refuses the sixth start in 10 s', times(5, lived(1900)), { ended: 'gave up' }],
  ['systemd', 'documented', 'allows a start after 10 s', times(5, lived(1901)), { ended: 'up' }],
  ['systemd-steps', 'documented', 'never gives up', times(20), { ended: 'up' }],
  [
    'supervisord',
    'documented',
    'forgets quick ends when one was up',
    [...times(3), lived(1000), ...times(3)],
    {
      delays: [1000, 2000, 3000, 0, 1000, 2000, 3000],
      ended: 'up',
    },
  ],
  [
    'runit',
    'documented',
    'does not wait after a second up',
    [lived(999), lived(1000)],
    { delays: [1000, 0] },
  ],
  [
    's6',
    'documented',
    'does not wait after a second ready',
    [lived(1000), lived(1001)],
    { delays: [1000, 0] },
  ],
  [
    'launchd',
    'documented',
    'keeps starts 10 s apart',
    [lived(0), lived(3500), lived(10_001)],
    {
      delays: [10_000, 6500, 0],
    },
  ],
  [
    'kubernetes',
    'documented',
    'begins anew after 10 min',
    [...times(3), lived(599_999), lived(600_000), lived(0)],
    {
      delays: [0, 10_000, 20_000, 40_000, 0, 10_000],
    },
  ],
  [
    'docker',
    'documented',
    'begins anew after 10 s',
    [...times(3), lived(9999), lived(10_000), ...times(2)],
    {
      delays: [100, 200, 400, 800, 100, 200, 400],
    },
  ],
  [
    'docker',
    'documented',
    'waits a minute at most',
    times(12),
    {
      delays: [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000],
    },
  ],
  [
    'nomad',
    'documented',
    'counts anew in the next interval',
    [...times(2), lived(1_770_000), ...times(1)],
    {
      ended: 'up',
      starts: 5,
    },
  ],
  [
    'nomad',
    'documented',
    'does not count in a sliding window',
    [lived(1_700_000), lived(0), lived(70_000), lived(0)],
    {
      ended: 'up',
    },
  ],
  [
    'pm2',
    'documented',
    'gives up after 17 quick ends in a row',
    [...times(16), lived(1000), ...times(17)],
    {
      starts: 34,
      ended: 'gave up',
    },
  ],
  [
    'pm2',
    'observed',
    'counts quick ends that are not in a row',
    [...times(10), lived(1000), ...times(6)],
    {
      starts: 17,
      ended: 'gave up',
    },
  ],
  ['pm2', 'observed', 'never gives up later', [lived(16_000), ...times(100)], { ended: 'up' }],
  ['pm2-exponential', 'observed', 'never gives up', times(100), { ended: 'up' }],
  [
    'pm2-exponential',
    'documented',
    'begins anew after 30 s',
    [...times(2), lived(30_000), ...times(1)],
    {
      delays: [100, 150, 100, 150],
    },
  ],
  [
    'vscode-languageclient',
    'documented',
    'gives up within 3 min',
    times(5, lived(45_000)),
    { ended: 'gave up' },
  ],
  ['vscode-languageclient', 'documented', 'goes on after 3 min', times(50, lived(45_001)), { ended: 'up' }],
])('%s, as %s, %s', async ([name, how, , lives, expected]) => {
  expect(await play({ ...as(name, how), random: () => 0 }, lives)).toMatchObject(expected)
})

test('pm2-exponential waits 15 s at most', async () => {
  const { delays } = await play({ ...as('pm2-exponential'), maxRestarts: Infinity }, times(20))
  expect(delays.slice(8)).toEqual([2553, 3829, 5743, 8614, 12_921, ...times(7).map(() => 15_000)])
})

test('concurrently doubles its delay without an end', async () => {
  const { delays } = await play(as('concurrently-exponential'), times(12))
  expect(delays.at(-1)).toBe(2_048_000)
})

test('respawn counts by time, as documented, and by time up, as observed', async () => {
  const lives = times(12, lived(4000))
  expect(await play({ ...as('respawn'), maxRestarts: 11 }, lives)).toMatchObject({ ended: 'gave up' })
  expect(await play({ ...as('respawn'), maxRestarts: 12 }, lives)).toMatchObject({ ended: 'up' })
  const slow = times(40, lived(6000))
  expect(await play({ ...as('respawn', 'observed'), maxRestarts: 9 }, slow)).toMatchObject({
    ended: 'gave up',
    starts: 19,
  })
  expect(await play({ ...as('respawn', 'observed'), maxRestarts: 10 }, slow)).toMatchObject({ ended: 'up' })
})

test('suture forgets half of its failures in 30 s', async () => {
  const waits = async (uptime: number): Promise<boolean> =>
    (await play({ ...as('suture'), random: () => 0 }, times(100, lived(uptime)))).delays.includes(15_000)
  // f / 2 ** (t / 30) + 1 stays below 5 if there are more than 30 * log2(5 / 4) s between failures.
  expect(await waits(9600)).toBe(true)
  expect(await waits(9700)).toBe(false)
})

test.for([
  ['nomad', 15_000, 18_749],
  ['suture', 15_000, 22_499],
] as const)('%s waits from %i to %i ms', async ([name, least, most]) => {
  const longest = async (random: number): Promise<number> =>
    Math.max(...(await play({ ...as(name), maxRestarts: Infinity, random: () => random }, times(6))).delays)
  expect(await longest(0)).toBe(least)
  expect(await longest(1 - 2 ** -32)).toBe(most)
})

/** After which ends each program restarts. */
test.for<[RestartPresetName, readonly Life[], readonly Life[]]>([
  [
    'systemd',
    [{ end: 1 }, { end: 143 }, { end: 'SIGKILL' }, { end: 'SIGSEGV' }],
    [{ end: 0 }, { end: 'SIGHUP' }, { end: 'SIGINT' }, { end: 'SIGTERM' }, { end: 'SIGPIPE' }],
  ],
  [
    'supervisord',
    [
      { end: 1, uptime: 5000 },
      { end: 'SIGTERM', uptime: 5000 },
      { end: 0, uptime: 999 },
    ],
    [{ end: 0, uptime: 1000 }],
  ],
  ['concurrently', [{ end: 1 }, { end: 'SIGTERM' }], [{ end: 0 }]],
  ['windows-service', [{ end: 1 }, { end: 'SIGTERM' }], [{ end: 0 }]],
  ...(
    [
      'otp',
      'suture',
      'runit',
      's6',
      'launchd',
      'kubernetes',
      'docker',
      'nomad',
      'pm2',
      'forever',
      'respawn',
    ] as const
  ).map((name): [RestartPresetName, readonly Life[], readonly Life[]] => [
    name,
    [{ end: 0 }, { end: 1 }],
    [],
  ]),
  ['vscode-languageclient', [{ end: 0 }, { end: 1 }], []],
])('%s restarts after what it restarts after, and after nothing else', async ([name, failures, ends]) => {
  for (const life of failures) {
    expect([life, (await play(as(name), [life])).ended]).toEqual([life, 'up'])
  }
  for (const life of ends) {
    expect([life, (await play(as(name), [life])).ended]).toEqual([life, 'exited'])
  }
})

test('the options of a program are put behind its preset', async () => {
  const docker = { ...as('docker'), policy: 'on-failure', maxRestarts: 3 } as const
  const lives = [...times(2), lived(10_000), lived(0)]
  // A long life resets the delay, and not the count.
  expect(await play(docker, lives)).toEqual({ delays: [100, 200, 100], starts: 4, ended: 'gave up' })
  expect(await play(docker, [lived(0), { end: 0 }])).toMatchObject({ starts: 2, ended: 'exited' })
})

test('a preset says what it is of', () => {
  expect(as('docker').preset).toMatchObject({
    name: 'docker',
    as: 'documented',
    stop: { signal: 'SIGTERM', graceMs: 10_000, scope: 'container' },
    source: expect.stringContaining('https://docs.docker.com/'),
  })
  expect(as('runit', 'observed').preset).toMatchObject({
    as: 'observed',
    seen: expect.stringContaining('1.003'),
  })
})

test('a delay can be asked for without a loop', () => {
  const first = (name: RestartPresetName): (number | undefined)[] =>
    [0, 1, 2].map((attempt) => as(name).backoff?.next(attempt))
  expect(first('docker')).toEqual([100, 200, 400])
  expect(first('supervisord')).toEqual([1000, 2000, 3000])
  expect(first('launchd')).toEqual([10_000, 10_000, 10_000])
  expect(first('runit')).toEqual([1000, 1000, 1000])
  expect(first('s6')).toEqual([1000, 1000, 1000])
  expect(first('suture')).toEqual([0, 0, 0])
})

test.for([
  ['dokcer', 'Did you mean `docker`?'],
  ['system', 'Did you mean `systemd`?'],
  ['toString', 'The presets are `otp`'],
] as const)('there is no preset %s', ([name, hint]) => {
  expect(() => restartPreset(name as 'docker')).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTION_INVALID',
      option: 'name',
      message: expect.stringContaining(hint),
    }),
  )
})

test('a way to restart that nobody knows is refused', () => {
  expect(() => as('pm2', 'imagined' as 'observed')).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID', option: 'as' }),
  )
  expect(() => restartPreset('pm2', { like: 'observed' } as object)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_UNKNOWN' }),
  )
})

test('what nobody has watched is only as documented', () => {
  expect(as('docker', 'observed').preset.as).toBe('documented')
  expect(as('pm2', 'observed').preset.as).toBe('observed')
})
