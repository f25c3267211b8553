import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { underLimit } from '../../src/process/under-limit.ts'
import { Scratch } from '../support/scratch.ts'

/** The soft limit of this process, asked of another one. */
const limitOf = (name: 'nproc'): string =>
  execFileSync(
    'prlimit',
    ['--pid', String(process.pid), '--raw', '--noheadings', '-o', 'SOFT', `--${name}`],
    {
      encoding: 'utf8',
    },
  ).trim()

// The limit of processes does not hold for root, and holds for all processes of another user: others are not disturbed.
describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('on Linux', () => {
  test('the limit is lowered while the body runs, and restored when it is over', () => {
    const place = new Scratch().path('place')
    const before = limitOf('nproc')
    const reasons: string[] = []
    const during = underLimit(
      'nproc',
      place,
      () => limitOf('nproc'),
      (reason) => reasons.push(reason),
    )
    expect([during, limitOf('nproc'), reasons]).toEqual(['0', before, []])
    expect([existsSync(place), before === '0']).toEqual([false, false])
  })

  test('what the body throws is thrown, and the limit restored', () => {
    const before = limitOf('nproc')
    expect(() =>
      underLimit(
        'nproc',
        new Scratch().path('place'),
        () => {
          throw new Error('from the body')
        },
        () => {},
      ),
    ).toThrow('from the body')
    expect(limitOf('nproc')).toBe(before)
  })

  test('where the limit cannot be lowered the reason is told, and the body runs', () => {
    const reasons: string[] = []
    const place = new Scratch().path('missing/place')
    const before = limitOf('nproc')
    const during = underLimit(
      'nproc',
      place,
      () => limitOf('nproc'),
      (reason) => reasons.push(reason),
    )
    expect(during).toBe(before)
    expect(reasons).toEqual([
      expect.stringMatching(
        /^the limit of the test process could not be lowered: mkfifo: .*No such file or directory$/,
      ),
    ])
  })
})
