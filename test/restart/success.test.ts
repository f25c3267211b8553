import { expect, test } from 'vitest'

import type { RestartSuccess } from '../../src/restart/policy.ts'
import { type Life, play, times } from '../support/lives.ts'

const SUCCESSES: readonly {
  says: string
  success?: RestartSuccess
  clean: readonly Life[]
  failures: readonly Life[]
}[] = [
  { says: 'no success', clean: [{ end: 0 }], failures: [{ end: 1 }, { end: 'SIGTERM' }] },
  {
    says: 'a success of codes and signals',
    success: [0, 3, 'SIGTERM'],
    clean: [{ end: 0 }, { end: 3 }, { end: 'SIGTERM' }],
    failures: [{ end: 1 }, { end: 143 }, { end: 'SIGKILL' }],
  },
  { says: 'a success of nothing', success: [], clean: [], failures: [{ end: 0 }] },
  {
    says: 'a success that asks how long it lived',
    success: ({ exitCode }, { startedAt, endedAt }) => exitCode === 4 && endedAt - startedAt === 70,
    clean: [{ end: 4, uptime: 70 }],
    failures: [
      { end: 4, uptime: 69 },
      { end: 0, uptime: 70 },
    ],
  },
]

test.for(SUCCESSES)('$says decides which exits end a loop', async ({ success, clean, failures }) => {
  const options = { policy: 'on-failure', ...(success ? { success } : {}) } as const
  for (const life of clean) expect([life, (await play(options, [life])).ended]).toEqual([life, 'exited'])
  for (const life of failures) expect([life, (await play(options, [life])).ended]).toEqual([life, 'up'])
})

test('a success resolves a loop that never restarts', async () => {
  expect(await play({ policy: 'never', success: [3] }, [{ end: 3 }])).toMatchObject({ ended: 'exited' })
  expect(await play({ policy: 'never', success: [3] }, [{ end: 0 }])).toMatchObject({ ended: 'failed' })
})

test('a success is restarted and counts under always', async () => {
  const lives = times(3, { end: 3 })
  expect(await play({ policy: 'always', success: [3], maxRestarts: 1 }, lives)).toMatchObject({
    starts: 2,
    ended: 'gave up',
  })
})
