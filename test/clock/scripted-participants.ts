import type { Evidence, Rest } from '../../src/clock/evidence/evidence.ts'
import {
  NO_PARTICIPANTS,
  type Participant,
  type Participants,
  type ParticipantsHost,
} from '../../src/clock/participants.ts'
import type { PendingTimer } from '../../src/clock/timer-engine.ts'
import { Notifier } from '../../src/wait.ts'
import { type OpenClock, openClock } from '../support/virtual-clock.ts'

/** A program under the clock, that says what the test has it say. */
export interface Scripted extends Participant {
  rests: boolean
  state: string
  fingerprint: string
  waiting: boolean
  next: number | undefined
}

/** Programs under a clock, what they were told, and how often they were looked at. */
export interface ScriptedClock extends OpenClock {
  readonly told: string[]
  readonly host: ParticipantsHost
  readonly programs: Scripted[]
  looks: number
  started: number
  /** What the first of them says from now on. */
  change(facts: Partial<Scripted>): void
  /** Resolves when the next of them has been told to hear what it holds. */
  heard(): Promise<void>
}

export interface Script {
  readonly programs?: readonly Partial<Scripted>[]
  /** What the system shows of all of them, look by look, and from then on the last; default: nothing. */
  readonly shown?: readonly (readonly [Rest, string?])[]
  /** Real ms. */
  readonly patience?: number
  readonly answers?: Partial<Participants>
}

/** @param script of what the programs say; `answers` are what they do when they are told something */
export function scripted({
  programs = [{}],
  shown,
  patience = 10_000,
  answers = {},
}: Script = {}): ScriptedClock {
  const told: string[] = []
  const hearing = new Notifier()
  const all = programs.map((facts, i) => ({ ...IDLE, name: `program ${i + 1}`, pid: 2 ** 22 + i, ...facts }))
  let host: ParticipantsHost | undefined
  const evidence = (): Evidence | undefined => {
    const [rest, fingerprint = ''] = shown?.[Math.min(open.looks++, shown.length - 1)] ?? []
    return rest && { rest, fingerprint, lines: [], covers: (pid) => all.some((one) => one.pid === pid) }
  }
  const participants = (found: ParticipantsHost): Participants => {
    host = found
    return {
      ...NO_PARTICIPANTS,
      inUse: true,
      present: all,
      get started() {
        return open.started
      },
      get timers(): PendingTimer[] {
        return []
      },
      async confirm() {
        told.push('confirm')
        return answers.confirm?.() ?? true
      },
      async setNow(time) {
        told.push(`${time} is now`)
      },
      async fire(one, time) {
        told.push(`${time} ${one.name} fires`)
        ;(one as Scripted).next = undefined
      },
      async give(one) {
        told.push(`${one.name} hears`)
        ;(one as Scripted).waiting = false
        await answers.give?.(one).finally(() => hearing.notify())
        hearing.notify()
      },
      async jumpWall(ms) {
        told.push(`the machine jumps by ${ms}`)
      },
      async postpone(time) {
        told.push(`nothing before ${time}`)
      },
      release: () => void told.push('released'),
    }
  }
  const clock = openClock({}, { evidence: { look: evidence }, patience, participants })
  const open: ScriptedClock = Object.assign(clock, {
    told,
    host: host as unknown as ParticipantsHost,
    programs: all,
    looks: 0,
    started: 0,
    change: (facts: Partial<Scripted>) => void Object.assign(all[0] ?? {}, facts),
    heard: () => hearing.wait(),
  })
  return open
}

const IDLE: Omit<Scripted, 'name' | 'pid'> = {
  rests: true,
  state: 'at rest',
  fingerprint: '',
  waiting: false,
  uncontrolled: [],
  next: undefined,
}
