import { fault, type Fault } from '../../../src/fault/fault.ts'
import { faultSupport } from '../../../src/fault/support.ts'
import type { Point } from '../../../src/fault/where.ts'
import type { Schedule, ScheduledFault } from '../../../src/explore/schedule.ts'
import type { Json } from '../../../src/json.ts'
import type { AgentScript } from '../../../src/protocol/frames.ts'
import { randomStream } from '../../../src/random.ts'
import { REFUSALS } from '../../../src/process/refusal.ts'
import { DEEDS } from '../../../src/simulate/deeds.ts'
import { SCENARIOS } from './scenarios.ts'

/** What is played in both worlds. JSON. */
export interface Drawn {
  readonly scenario: string
  readonly agents: Readonly<Record<string, AgentScript>>
  readonly within: number
  readonly schedule: Schedule
}

/** Says when it is ready, as supervisors want to hear it. */
const READY = { stdout: { ready: 'ready' } }
const SCRIPTS: readonly AgentScript[] = [
  READY,
  READY,
  { ...READY, lifetime: 5000, exitCode: 3 },
  { ...READY, lifetime: 1000 },
  { ...READY, startDelay: 700 },
  { ...READY, startDelay: 6000, onSignal: { SIGTERM: { exit: 6 } } },
  { ...READY, onSignal: { SIGTERM: { drain: 500, exit: 5 } } },
  { ...READY, onSignal: { SIGTERM: { drain: 9000 } } },
  { ...READY, onSignal: { SIGTERM: 'ignore' } },
  { stdout: { start: 'starting', ready: 'ready', every: { ms: 4000, text: 'tick' } }, heartbeat: 7000 },
  { ...READY, children: ['ordinary', 'setsid'], stdin: 'exit-on-eof' },
]

type Draw = <T>(list: readonly T[]) => T

/** What schedules are drawn from: those that a simulation can play and this machine has. The default ones come up more often. */
export function playableFaults(): Fault[] {
  return [...Object.keys(REFUSALS), ...Object.keys(DEEDS)]
    .filter((name) => !REAL_TIME.has(name))
    .flatMap((name) => samplesOf(name))
    .filter((one) => faultSupport(one).supported)
}

/** The play of a seed. */
export function draw(seed: number, faults: readonly Fault[], most: number): Drawn {
  const random = randomStream(seed, 'equality')
  const one: Draw = (list) => list[Math.floor(random() * list.length)] as (typeof list)[number]
  const ids = ['one', 'two', 'three'].slice(0, 1 + Math.floor(random() * most))
  const agents = Object.fromEntries(ids.map((id) => [id, one(SCRIPTS)]))
  const length = 1 + Math.floor(random() * 8)
  const time = (): number => timeOf(random, one)
  const schedule = Array.from({ length }, () =>
    random() < 0.3
      ? { step: one(['start', 'stop', 'stop']), at: time() }
      : struck(
          one(faults),
          ids.length > 1 ? one(ids) : undefined,
          1 + Math.floor(random() * 4),
          random() < 0.5,
          time,
        ),
  )
  return { scenario: one(Object.keys(SCENARIOS)), agents, within: one([15_000, 30_000, 60_000]), schedule }
}

function struck(
  { name, options, at: own }: Fault,
  agent: string | undefined,
  attempt: number,
  later: boolean,
  time: () => number,
): ScheduledFault {
  const at: Point = own === 'ready' ? (later ? { after: time() } : time() < 400 ? 'start' : 'ready') : own
  return {
    ...(agent !== undefined && { agent }),
    attempt,
    fault: name,
    ...(Object.keys(options).length > 0 && { options: timed(options, time) }),
    at,
  }
}

/** Durations are drawn anew. */
function timed(options: Fault['options'], time: () => number): Readonly<Record<string, Json>> {
  return 'ms' in options ? { ...options, ms: time() } : options
}

/** Round times meet the timers of supervisors, others fall between them. */
function timeOf(random: () => number, one: Draw): number {
  const drawn = random()
  if (drawn < 0.5) return one([0, 1, 500, 1000, 2000, 3000, 4000, 5000, 7000, 10_000])
  if (drawn < 0.6) return Math.floor(random() * 4000) / 4
  return Math.floor(random() * 16_000)
}

const DEFAULTS = 4

function samplesOf(name: string): Fault[] {
  const make = (fault as unknown as Record<string, (...words: never[]) => Fault>)[name]
  const arguments_ = ARGUMENTS[name]
  if (arguments_) return arguments_.map((words) => make?.(...(words as never[])) as Fault)
  const samples = make ? [make()] : []
  return FREQUENT.has(name) ? Array.from({ length: DEFAULTS }, () => samples).flat() : samples
}

/** After these an agent has nobody to ask for time, and lives in real time. */
const REAL_TIME: ReadonlySet<string> = new Set(['closeSocket', 'halfCloseSocket'])

/** What supervisors go wrong by most often: these make up half of all. */
const FREQUENT: ReadonlySet<string> = new Set([
  'notFound',
  'neverReady',
  'hang',
  'ignoreSignal',
  'holdOutput',
])
const ARGUMENTS: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  exit: [[1], [1], [1], [0], [0], [7]],
  signal: [['SIGKILL'], ['SIGKILL'], ['SIGTERM'], ['SIGSEGV'], ['SIGHUP'], ['SIGUSR2']],
  slowStart: [[1], [1], [1], [1]],
  slowStop: [[1], [1], [1], [1]],
  flood: [[70_000], [1000, 'stderr']],
  endlessLine: [[5000]],
  forkStorm: [[3]],
  leaveChild: [['ordinary'], ['ignore-sigterm'], ['setsid']],
  partialLine: [[4]],
}
