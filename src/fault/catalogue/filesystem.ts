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

/** Its files and directories are not as it left them. Paths are relative to the runtime directory. */
export const filesystem = {
  /** From then on, or from the write at which this strikes, every write to a regular file fails with ENOSPC. Linux. */
  fullDisk(): Fault {
    return make('fullDisk', 'ready')
  },
  /** Its pid file holds no number. Default: that of its script. */
  corruptPidFile(file?: string): Fault {
    return aboutPidFile('corruptPidFile', file)
  },
  /** Its pid file names a process that is gone. Default: that of its script. */
  stalePidFile(file?: string): Fault {
    return aboutPidFile('stalePidFile', file)
  },
  /**
   * It may not write into this directory any more (EACCES). Root may all the same: that is `ERR_FAULT_UNAVAILABLE`. Not on
   * Windows.
   */
  unwritableDirectory(path: string): Fault {
    checkArgument('unwritableDirectory', 'path', path, insidePath)
    return make('unwritableDirectory', 'ready', { path })
  },
  /** Works in a directory that is removed (ENOENT): not in its own, which would take more with it. Not on Windows. */
  removedDirectory(): Fault {
    return make('removedDirectory', 'ready')
  },
}

export const filesystemFacts: FactsOf<typeof filesystem> = {
  fullDisk: { on: LINUX, finds: 'state that is lost, or half written' },
  corruptPidFile: { on: EVERYWHERE, finds: '`kill(NaN)`, a start that never succeeds again' },
  stalePidFile: { on: EVERYWHERE, finds: 'the killing of strangers, a start that is refused' },
  unwritableDirectory: {
    on: POSIX,
    needs: ['limited permissions'],
    finds: 'pid files and logs that have to be written',
  },
  removedDirectory: { on: POSIX, finds: 'relative paths in what goes on for long' },
}

function aboutPidFile(name: string, file: string | undefined): Fault {
  if (file === undefined) return make(name, 'ready')
  checkArgument(name, 'file', file, insidePath)
  return make(name, 'ready', { file })
}
