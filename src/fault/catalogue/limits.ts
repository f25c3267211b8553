import { wholeNumber } from '../../option-checks.ts'
import { checkArgument, type FactsOf, type Fault, LINUX, make, POSIX } from '../make.ts'

/** What Node needs to clear up its heap, in bytes. */
const LEAST = 8 * 2 ** 20

/** Comes to the end of what the system gives it. */
export const limits = {
  /** Can open no further file or socket, but so many, default 0: EMFILE. Linux. */
  noFileDescriptors(left: number = 0): Fault {
    checkArgument('noFileDescriptors', 'left', left, wholeNumber())
    return make('noFileDescriptors', 'ready', { left })
  },
  /**
   * Gets no more than so many bytes of memory besides what it has, at least 8 MiB, without which Node cannot go on; an
   * allocation beyond fails, or ends it. Linux.
   */
  memoryCeiling(bytes: number): Fault {
    checkArgument('memoryCeiling', 'bytes', bytes, (value) =>
      Number.isSafeInteger(value) && Number(value) >= LEAST ? undefined : `a whole number, ${LEAST} or more`,
    )
    return make('memoryCeiling', 'ready', { bytes })
  },
  /** Dies of an exhausted heap, by SIGABRT, within some 100 ms and for some 16 MiB. Linux. */
  outOfMemory(): Fault {
    return make('outOfMemory', 'ready')
  },
  /** Has spent its processor time, a second of real time later: ended by SIGXCPU, or by SIGKILL if it lives through that. Linux. */
  cpuQuota(): Fault {
    return make('cpuQuota', 'ready')
  },
  /** Can write no file beyond so many bytes, default 0: EFBIG. Linux. */
  fileTooLarge(bytes: number = 0): Fault {
    checkArgument('fileTooLarge', 'bytes', bytes, wholeNumber())
    return make('fileTooLarge', 'ready', { bytes })
  },
  /** Can start no further process: EAGAIN. Linux, and not for root. */
  noProcesses(): Fault {
    return make('noProcesses', 'ready')
  },
  /** Competes for the processors with so many busy processes, default 4, from 1 to 256, which end with it. Not on Windows. */
  cpuStarvation(busy: number = 4): Fault {
    checkArgument('cpuStarvation', 'busy', busy, (value) =>
      value === 0 ? 'a whole number from 1 to 256' : wholeNumber(256)(value, 'busy'),
    )
    return make('cpuStarvation', 'ready', { busy })
  },
}

export const limitsFacts: FactsOf<typeof limits> = {
  noFileDescriptors: { on: LINUX, needs: ['prlimit'], finds: 'descriptor leaks, crashes upon EMFILE' },
  memoryCeiling: { on: LINUX, needs: ['prlimit'], finds: 'starts that fail half-way' },
  outOfMemory: { on: LINUX, needs: ['prlimit'], finds: 'restarts of what dies of its heap again and again' },
  cpuQuota: { on: LINUX, needs: ['prlimit'], finds: 'a quota taken for a crash' },
  fileTooLarge: { on: LINUX, needs: ['prlimit'], finds: 'logs that grow without bound' },
  noProcesses: {
    on: LINUX,
    needs: ['prlimit', 'limited processes'],
    finds: 'an agent that needs its children',
  },
  cpuStarvation: { on: POSIX, finds: 'time limits that only hold on an idle machine' },
}
