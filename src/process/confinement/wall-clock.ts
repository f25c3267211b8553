import { existsSync, writeFileSync } from 'node:fs'

import { systemCode } from '../../errors.ts'
import type { Confinement, Surroundings, Wrap } from './wrap.ts'

/** Where distributions put the library of `faketime` that is good for programs with threads. */
export const FAKETIME_LIBRARIES: readonly string[] = [
  ...['x86_64', 'aarch64', 'riscv64', 'powerpc64le', 's390x', 'i386', 'arm'].flatMap((machine) =>
    ['gnu', 'musl', 'gnueabihf'].map(
      (libc) => `/usr/lib/${machine}-linux-${libc}/faketime/libfaketimeMT.so.1`,
    ),
  ),
  '/usr/lib/faketime/libfaketimeMT.so.1',
  '/usr/lib64/faketime/libfaketimeMT.so.1',
  '/usr/local/lib/faketime/libfaketimeMT.so.1',
]

/** A wall clock of its own, which is right until the agent sets it; what measures durations stays as it is. */
export function jumpWallClock(_confinement: Confinement, { place }: Surroundings): Wrap {
  try {
    writeFileSync(place, '+0\n', { flag: 'wx' })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
  return {
    command: [],
    env: {
      LD_PRELOAD: FAKETIME_LIBRARIES.find((file) => existsSync(file)) ?? '',
      FAKETIME_TIMESTAMP_FILE: place,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
  }
}
