/** A process by pid and start time, and what to call it. */
export interface ProcessRecord {
  readonly pid: number
  readonly startTime: string
  readonly command: string
}

/** From a client to the reaper, as frames on its Unix socket. */
export type ReaperRequest =
  /** First: who this is. `dir` and everything under `mark` are removed when the connection ends. */
  | { t: 'join'; mark: string; dir: string; pid: number; startTime: string }
  /** A process that is to die with this client, with its group, whatever their environments say. */
  | { t: 'add'; pid: number; startTime: string }
  | { t: 'remove'; pid: number }
  /** A directory below `dir` that is to stay. */
  | { t: 'keep'; dir: string }
  /** From main, last: the run is over. */
  | { t: 'done' }

/** From the reaper to a client. */
export type ReaperReply =
  | { t: 'joined' }
  /** To main: a worker ended and left these, which have been killed. */
  | { t: 'reaped'; processes: ProcessRecord[] }
  /** To main: everything is gone. The reaper exits after this. */
  | { t: 'done'; processes: ProcessRecord[] }
