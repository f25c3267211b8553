import os from 'node:os'

import { wholeNumber } from '../../option-checks.ts'
import { checkArgument, type FactsOf, type Fault, filePath, insidePath, LINUX, make } from '../make.ts'

/**
 * The world in which it is started is another one. Inject them before the start: they are in force from `start` on, but for
 * `jumpWallClock`. All on Linux alone.
 */
export const confinement = {
  /** Can write no more than so many bytes, default 0, in the directory, by default its runtime directory: ENOSPC. */
  noSpace(bytes: number = 0, directory: string = '.'): Fault {
    checkArgument('noSpace', 'bytes', bytes, wholeNumber(MOST))
    checkArgument('noSpace', 'directory', directory, insidePath)
    return make('noSpace', 'start', { bytes, directory })
  },
  /** Can create no more than so many files, default 0, in the directory, by default its runtime directory: ENOSPC. */
  noInodes(files: number = 0, directory: string = '.'): Fault {
    checkArgument('noInodes', 'files', files, wholeNumber(10_000))
    checkArgument('noInodes', 'directory', directory, insidePath)
    return make('noInodes', 'start', { files, directory })
  },
  /** Can change nothing in the directory, by default its runtime directory: EROFS. */
  readOnlyDirectory(directory: string = '.'): Fault {
    checkArgument('readOnlyDirectory', 'directory', directory, insidePath)
    return make('readOnlyDirectory', 'start', { directory })
  },
  /** Has no network, not even 127.0.0.1: ENETUNREACH. */
  noNetwork(): Fault {
    return make('noNetwork', 'start')
  },
  /** Sees the time of day jump by so many ms, forward or backward; what measures durations does not. Strikes at `ready`. */
  jumpWallClock(ms: number): Fault {
    checkArgument('jumpWallClock', 'ms', ms, (value) =>
      Number.isFinite(value) && value !== 0 ? undefined : 'a number of milliseconds other than 0',
    )
    return make('jumpWallClock', 'ready', { ms })
  },
  /**
   * Is killed when one of its threads makes this system call the nth time, default 1, and before that has done anything.
   * With a path, seen from its runtime directory, only calls count that concern it. It holds for what it starts, too.
   */
  diesAtSystemCall(name: string, n: number = 1, path?: string): Fault {
    checkCall('diesAtSystemCall', name, n, path)
    return make('diesAtSystemCall', 'start', { name, n, ...(path === undefined ? {} : { path }) })
  },
  /** The same call does nothing, and fails with this error, such as `EIO`. */
  failSystemCall(name: string, errno: string, n: number = 1, path?: string): Fault {
    checkCall('failSystemCall', name, n, path)
    checkArgument('failSystemCall', 'errno', errno, (value) =>
      typeof value === 'string' && Object.hasOwn(os.constants.errno, value)
        ? undefined
        : 'an error of this system, such as "EIO"',
    )
    return make('failSystemCall', 'start', { name, errno, n, ...(path === undefined ? {} : { path }) })
  },
}

/** What is written there is in memory. Bytes. */
const MOST = 2 ** 30

function checkCall(fault: string, name: string, n: number, path: string | undefined): void {
  checkArgument(fault, 'name', name, (value) =>
    typeof value === 'string' && /^[a-z]\w*$/.test(value) ? undefined : 'a system call, such as "fsync"',
  )
  checkArgument(fault, 'n', n, (value) =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535
      ? undefined
      : 'a whole number from 1 to 65535',
  )
  if (path !== undefined) checkArgument(fault, 'path', path, filePath)
}

export const confinementFacts: FactsOf<typeof confinement> = {
  noSpace: { on: LINUX, needs: ['mount namespaces'], finds: 'state that is lost when a disk is full' },
  noInodes: { on: LINUX, needs: ['mount namespaces'], finds: 'the disk that is full and looks empty' },
  readOnlyDirectory: { on: LINUX, needs: ['mount namespaces'], finds: 'pid files that must be written' },
  noNetwork: { on: LINUX, needs: ['network namespaces'], finds: 'agents that need the network to come up' },
  jumpWallClock: { on: LINUX, needs: ['faketime'], finds: 'durations measured by `Date.now()`' },
  diesAtSystemCall: { on: LINUX, needs: ['strace'], finds: 'state that is torn half-way' },
  failSystemCall: { on: LINUX, needs: ['strace'], finds: 'errors of the disk that nobody looks at' },
}
