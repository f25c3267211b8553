import type { Evidence, EvidenceSource, Rest } from './evidence/evidence.ts'
import type { Participant } from './participants.ts'

/**
 * On what a rest is founded: no process lived; all that lived said themselves that they rest; of some, the system showed it.
 */
export type EvidenceLevel = 'exact' | 'cooperative' | 'heuristic'

/** All processes of a test, at one moment. */
export interface Situation {
  /** Nobody is at work: what was held can be given out. */
  readonly settled: boolean
  /** Somebody is about to wake up by himself: what he does then may belong to what was held. */
  readonly napping: boolean
  /** Somebody will wake up by himself, after a second or more of real time. */
  readonly dozing: boolean
  /** Nobody wakes up by himself soon: time can move. */
  readonly restful: boolean
  readonly level: EvidenceLevel
  /** Whether the system shows what those do who go by the clock. */
  readonly visible: boolean
  /** Another one if anybody has been at work in between; empty if nobody lives. */
  readonly fingerprint: string
  describe(): string[]
}

/** One process, as a look has found it. */
export interface Seen {
  readonly name: string
  readonly rest: Rest | 'unknown'
  /** What it is at; default: what its rest stands for. */
  readonly state?: string
  readonly lines: () => readonly string[]
}

/** What a process says of itself. */
export interface Word {
  /** Whether it is at rest; undefined if it does not say. */
  readonly parked: boolean | undefined
}

/** One look at all processes of a test. */
export class Look {
  readonly #evidence: EvidenceSource
  readonly #timerless: ReadonlySet<number>
  readonly #seen: Seen[] = []
  readonly #pids = new Set<number>()
  readonly #trees: Evidence[] = []
  /** Those who go by the clock, or say whether they rest. */
  readonly #speaking = new Set<number>()
  #anyParticipant = false
  #level: EvidenceLevel = 'exact'
  #visible = true
  #fingerprint = ''

  /** @param timerless the processes that have no timer of their own */
  constructor(evidence: EvidenceSource, timerless: ReadonlySet<number>) {
    this.#evidence = evidence
    this.#timerless = timerless
  }

  /** Takes a process in, with all that it has started. */
  add(name: string, pid: number | undefined, word: Word | undefined): Rest | 'unknown' {
    const evidence = this.#look(pid)
    if (word && pid !== undefined) this.#speaking.add(pid)
    this.#fingerprint += evidence?.fingerprint ?? String(word?.parked)
    this.#weaken(word?.parked === true)
    const rest = restOf(evidence, word)
    this.#seen.push({ name, rest, lines: () => evidence?.lines ?? [] })
    return rest
  }

  /** It rests when it says so, and the system shows nothing else. */
  addParticipant(participant: Participant): void {
    const { name, pid, rests, state, fingerprint } = participant
    this.#anyParticipant = true
    this.#speaking.add(pid)
    const evidence = this.covers(pid) ? undefined : this.#look(pid)
    this.#visible &&= this.#trees.some((tree) => tree.covers(pid))
    this.#fingerprint += `${fingerprint} ${evidence?.fingerprint ?? ''}`
    this.#weaken(rests)
    const rest = rests ? (evidence?.rest ?? 'parked') : 'running'
    this.#seen.push({ name, rest, state, lines: () => evidence?.lines ?? this.#linesOf(pid) })
  }

  addAll(seen: readonly Seen[]): void {
    this.#seen.push(...seen)
  }

  /** Whether it has been taken in already. */
  covers(pid: number): boolean {
    return this.#pids.has(pid) || this.#trees.some((tree) => tree.covers(pid))
  }

  get situation(): Situation {
    const seen = this.#seen
    return {
      settled: seen.every(({ rest }) => rest !== 'running' && rest !== 'gone'),
      napping: seen.some(({ rest }) => rest === 'napping'),
      dozing: seen.some(({ rest }) => rest === 'dozing'),
      restful: seen.every(({ rest }) => rest === 'parked' || rest === 'dozing'),
      level: this.#level,
      visible: this.#visible,
      fingerprint: this.#fingerprint,
      describe: () => seen.flatMap((one) => describe(one, (line) => this.#withoutClock(line))),
    }
  }

  /** What was seen of a process within the tree of another one. */
  #linesOf(pid: number): string[] {
    const lines = this.#trees.find((tree) => tree.covers(pid))?.lines ?? []
    return lines.map((line) => line.trimStart()).filter((line) => pidOf(line) === pid)
  }

  /** Among those who go by the clock, whoever does not is who holds up time. */
  #withoutClock(line: string): string {
    const isApart = this.#anyParticipant && !this.#speaking.has(pidOf(line))
    return isApart && /: (?:napping|dozing|running)/.test(line)
      ? `${line}, in real time: it goes by no clock`
      : line
  }

  #look(pid: number | undefined): Evidence | undefined {
    if (pid === undefined) return undefined
    this.#pids.add(pid)
    const evidence = this.#evidence.look(pid, this.#timerless)
    if (evidence) this.#trees.push(evidence)
    return evidence
  }

  #weaken(isSaid: boolean): void {
    if (!isSaid) this.#level = 'heuristic'
    else if (this.#level === 'exact') this.#level = 'cooperative'
  }
}

/** What the system shows counts; where it shows nothing, what the process says. */
function restOf(evidence: Evidence | undefined, word: Word | undefined): Rest | 'unknown' {
  if (evidence) return evidence.rest
  if (word?.parked === undefined) return 'unknown'
  return word.parked ? 'parked' : 'running'
}

function describe(
  { name, rest, state = WORDS[rest], lines }: Seen,
  complete: (line: string) => string,
): string[] {
  return [`${name}: ${state}`, ...lines().map((line) => `  ${complete(line)}`)]
}

/** Of a line of evidence, which begins with it. */
function pidOf(line: string): number {
  return Number.parseInt(line, 10)
}

const WORDS: Readonly<Record<Rest | 'unknown', string>> = {
  parked: 'at rest, until something wakes it',
  dozing: 'asleep for a second or more of real time',
  napping: 'asleep for a moment of real time, by a timer of its own that this clock does not rule',
  running: 'at work',
  gone: 'ended, which the test has not been told yet',
  unknown: 'this system does not show whether it rests: let it speak the protocol',
}
