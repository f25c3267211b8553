/** One live process. A zombie is not alive and never listed. */
export interface ProcessInfo {
  readonly pid: number
  readonly ppid: number
  /** The process group; 0 where there are none. */
  readonly pgid: number
  /** Differs between two processes that had the same pid. Compare, do not interpret. */
  readonly startTime: string
  /** Stopped by a signal or a debugger: it handles nothing, not even SIGTERM, until it is continued. */
  readonly stopped: boolean
  /** The command line, as far as it can be read. */
  readonly command: string
  /** The value of `SUPERVISE_MARK` it was started with, where that can be read. */
  readonly mark: string | undefined
}

/** How this operating system lists its processes. */
export interface ProcessTable {
  /** The live process `pid`, or undefined. */
  get(pid: number): ProcessInfo | undefined
  /** Every live process that began after this one did, and so everything that this one can have started. */
  younger(): ProcessInfo[]
  /** Every live process. */
  all(): ProcessInfo[]
  /** The value of a variable in the environment that the process was started with, where that can be read. */
  variable(pid: number, name: string): string | undefined
  /** How long the process has lived, where the system says. Milliseconds. */
  age(info: Pick<ProcessInfo, 'startTime'>): number | undefined
}
