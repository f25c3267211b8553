import type { Json } from '../json.ts'

/** The protocol's version, sent in `hello`. */
export const PROTOCOL_VERSION = 1

/** A frame longer than this, its newline included, ends the connection. Bytes. */
export const MAX_FRAME_BYTES = 1024 * 1024

/** The environment variables by which an agent learns that it is supervised. */
export const ENV = {
  /** A descriptor number of an inherited socket, set by our own spawner. */
  fd: 'SUPERVISE_FD',
  /** The path of a Unix socket (a named pipe on Windows) to connect to, set by a launcher. */
  socket: 'SUPERVISE_SOCKET',
  /** The agent's id. */
  agent: 'SUPERVISE_AGENT',
  /** The agent's private directory. */
  runtimeDir: 'SUPERVISE_RUNTIME_DIR',
  /** Inherited by everything the agent starts: how survivors are found. */
  mark: 'SUPERVISE_MARK',
  /** Has a process that is JavaScript go by the clock of the test. Agents speak for themselves. */
  clock: 'SUPERVISE_CLOCK',
  /** In the processes of a test run: the run's directory. Agents do not get it. */
  run: 'SUPERVISE_RUN',
} as const

/** What a healthy scripted agent does. Times in ms; everything is off by default. */
export interface AgentScript {
  /** Waits this long between `welcome` and `ready`. */
  startDelay?: number
  /** Exits by itself this long after ready. */
  lifetime?: number
  /** The code it exits with when its lifetime is over or its standard input ends. Default 0. */
  exitCode?: number
  /** Sends the message `{ heartbeat: n }`, n from 1, this often after ready. */
  heartbeat?: number
  /** Writes its pid here before ready, relative to the runtime directory, and removes it on an orderly exit. */
  pidFile?: string
  /** Appends a line to this file, relative to the runtime directory: before ready, and `every` so many ms after it. */
  writes?: { file: string; text: string; every?: number }
  /** Listens on this TCP port of 127.0.0.1 before ready (0: any) and sends the message `{ listening: port }`. */
  listen?: number
  /** Lines it prints: at the start, just before ready, and again and again after ready. */
  stdout?: { start?: string; ready?: string; every?: { ms: number; text: string } }
  /** What it does with standard input. Default `ignore`. */
  stdin?: 'ignore' | 'echo' | 'exit-on-eof'
  /** Processes it starts before ready, which do nothing until they are killed. */
  children?: ('ordinary' | 'ignore-sigterm' | 'setsid')[]
  /** How it answers signals; a signal not named here has its default effect. */
  onSignal?: Partial<Record<NodeJS.Signals, 'ignore' | { drain?: number; exit?: number }>>
}

/** When, in the life of one agent attempt, a fault strikes. `start` follows hello, `after` counts ms from ready. */
export type FaultPoint =
  | 'start'
  | 'ready'
  | { message: number }
  | { after: number }
  | { cue: string }
  | { write: number }

/** A point of an attempt that has just been reached; `after` is measured by whoever waits for it. */
export type Moment = 'start' | 'ready' | { message: number } | { cue: string } | { write: number }

/** Whether a fault that strikes at this point strikes now: at `spawn` there is no agent yet that comes to a moment. */
export function isAt(point: FaultPoint | 'spawn', moment: Moment): boolean {
  if (typeof point === 'string' || typeof moment === 'string') return point === moment
  if ('message' in point) return 'message' in moment && point.message === moment.message
  if ('write' in point) return 'write' in moment && point.write === moment.write
  return 'cue' in point && 'cue' in moment && point.cue === moment.cue
}

/** A fault an agent is to play: `id` names it in `fired`. */
export interface FaultOrder {
  readonly id: number
  readonly name: string
  readonly options: { readonly [option: string]: Json }
  readonly at: FaultPoint
}

/** From the agent to the test. */
export type AgentFrame =
  | { t: 'hello'; v: number; id: string; pid: number; can?: readonly string[]; points?: readonly string[] }
  | { t: 'ready' }
  | { t: 'fired'; id: number; proof: Json }
  | { t: 'failed'; id: number; reason: string }
  | { t: 'parked'; seen: number }
  | { t: 'cue'; name: string; n: number }
  | { t: 'sleep'; ms: number; n: number }
  | { t: 'message'; body: Json }
  | ({ t: 'exit' } & Exit)

/** How an agent is about to end: with a code, or by a signal that it does not handle. */
export type Exit = { code: number } | { signal: NodeJS.Signals }

/** From the test to the agent. */
export type HostFrame =
  | { t: 'welcome'; attempt: number; faults: FaultOrder[]; script: AgentScript }
  | { t: 'go'; n: number }
  | { t: 'do'; id: number; name: string; options: { readonly [option: string]: Json } }
  | { t: 'undo'; id: number }
  | { t: 'message'; body: Json }
