import { type Check, milliseconds } from '../../option-checks.ts'
import {
  checkArgument,
  EVERYWHERE,
  type FactsOf,
  type Fault,
  insidePath,
  LINUX,
  make,
  POSIX,
} from '../make.ts'

/** Is refused by the system, or does not come up as it should. */
export const start = {
  /** Is ready later, by so many ms of the test's time. Strikes at `start`. */
  slowStart(ms: number): Fault {
    checkArgument('slowStart', 'ms', ms, milliseconds)
    return make('slowStart', 'start', { ms })
  },
  /** Lives, and never says that it is ready. Strikes at `start`. */
  neverReady(): Fault {
    return make('neverReady', 'start')
  },
  /**
   * The TCP port of 127.0.0.1 that it wants is taken (EADDRINUSE). Default: that of its script, and a free one where that is
   * 0. Strikes at `start`.
   */
  portTaken(port?: number): Fault {
    if (port === undefined) return make('portTaken', 'start')
    checkArgument('portTaken', 'port', port, portNumber)
    return make('portTaken', 'start', { port })
  },
  /**
   * Finds a Unix socket on which nobody listens, left by an earlier life. The path is relative to the runtime directory.
   * Strikes at `start`. Not on Windows.
   */
  staleSocketFile(path: string): Fault {
    checkArgument('staleSocketFile', 'path', path, insidePath)
    return make('staleSocketFile', 'start', { path })
  },
  /** Cannot be started: the system finds no such file (ENOENT). Strikes at `spawn`. */
  notFound(): Fault {
    return make('notFound', 'spawn')
  },
  /** Cannot be started: the system may not execute the file (EACCES). Strikes at `spawn`. Not on Windows. */
  notExecutable(): Fault {
    return make('notExecutable', 'spawn')
  },
  /** Cannot be started: its working directory does not exist (ENOENT, as if the file did not). Strikes at `spawn`. */
  missingDirectory(): Fault {
    return make('missingDirectory', 'spawn')
  },
  /**
   * Cannot be started: the file exists, the interpreter that its first line names does not (ENOENT). Strikes at `spawn`. Not
   * on Windows.
   */
  badInterpreter(): Fault {
    return make('badInterpreter', 'spawn')
  },
  /**
   * Cannot be started: its arguments are too long (E2BIG). `child_process.spawn` throws it at once. Strikes at `spawn`. Not
   * on Windows.
   */
  argumentsTooLong(): Fault {
    return make('argumentsTooLong', 'spawn')
  },
  /**
   * Cannot be started: the file is open for writing (ETXTBSY). `child_process.spawn` throws it at once. Strikes at `spawn`.
   * Linux.
   */
  textFileBusy(): Fault {
    return make('textFileBusy', 'spawn')
  },
  /**
   * Cannot be started: its path is a loop of symbolic links (ELOOP). `child_process.spawn` throws it at once. Strikes at
   * `spawn`. Not on Windows.
   */
  symlinkLoop(): Fault {
    return make('symlinkLoop', 'spawn')
  },
  /**
   * Cannot be started: a name in its path is too long (ENAMETOOLONG). `child_process.spawn` throws it at once. Strikes at
   * `spawn`. Not on Windows.
   */
  nameTooLong(): Fault {
    return make('nameTooLong', 'spawn')
  },
  /** Cannot be started: this user may have no further process (EAGAIN). Strikes at `spawn`. Linux, and not for root. */
  forkFails(): Fault {
    return make('forkFails', 'spawn')
  },
  /** Cannot be started: the process that starts it may have no further descriptor (EMFILE). Strikes at `spawn`. Linux. */
  tooManyFiles(): Fault {
    return make('tooManyFiles', 'spawn')
  },
}

export const startFacts: FactsOf<typeof start> = {
  slowStart: { on: EVERYWHERE, finds: 'races with the start timeout' },
  neverReady: { on: EVERYWHERE, finds: 'a start that waits for ever' },
  portTaken: { on: EVERYWHERE, finds: 'a loop of restarts that can only end the same way' },
  staleSocketFile: { on: POSIX, finds: 'a start that is refused after a crash' },
  notFound: { on: EVERYWHERE, finds: 'a supervisor that only listens for `exit`' },
  notExecutable: { on: POSIX, finds: 'retries of what can never succeed' },
  missingDirectory: { on: EVERYWHERE, finds: 'a missing directory taken for a missing program' },
  badInterpreter: { on: POSIX, finds: 'advice to look for a file that is there' },
  argumentsTooLong: { on: POSIX, finds: 'a start that only listens for `error`' },
  textFileBusy: { on: LINUX, finds: 'giving up what would succeed a moment later' },
  symlinkLoop: { on: POSIX, finds: 'a start that only listens for `error`' },
  nameTooLong: { on: POSIX, finds: 'a start that only listens for `error`' },
  forkFails: {
    on: LINUX,
    needs: ['prlimit', 'mkfifo', 'limited processes'],
    finds: 'a lost retry of what may succeed later',
  },
  tooManyFiles: {
    on: LINUX,
    needs: ['prlimit', 'mkfifo'],
    finds: 'descriptor leaks that end the supervisor',
  },
}

const portNumber: Check = (value) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535
    ? undefined
    : 'a port from 1 to 65535'
