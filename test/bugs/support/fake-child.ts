import { EventEmitter } from 'node:events'

import type { FaultEntry, FaultName } from '../schedule.ts'
import type { Agenda } from './agenda.ts'
import type { StoryEvent } from './story.ts'

type ChildEvent = Extract<StoryEvent, { attempt: number }>['kind']

/** As much of a `ChildProcess` as the supervisors use. Each fault strikes at its own point, and `exit` at any. */
export class FakeChild extends EventEmitter {
  readonly stdout = new FakeOutput()
  pid: number | undefined
  exitCode: number | null = null
  signalCode: NodeJS.Signals | null = null
  readonly #faults: readonly FaultEntry[]
  readonly #agenda: Agenda
  readonly #tell: (kind: ChildEvent, signal?: NodeJS.Signals) => void
  #ignores = false
  #holds = false
  #drain: number | undefined

  constructor(
    attempt: number,
    faults: readonly FaultEntry[],
    agenda: Agenda,
    tell: (kind: ChildEvent, signal?: NodeJS.Signals) => void,
  ) {
    super()
    this.#faults = faults
    this.#agenda = agenda
    this.#tell = tell
    tell('start')
    if (this.#strike('notFound')) {
      agenda.add(0, () => this.#refuse())
      return
    }
    this.pid = 1000 + attempt
    agenda.add(0, () => this.emit('spawn'))
    agenda.add(0, () => this.#begin())
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): boolean {
    if (this.pid === undefined || this.#over) return false
    this.#tell('signal', signal)
    if (signal === 'SIGTERM' && this.#ignores) return true
    const drain = signal === 'SIGTERM' ? this.#drain : undefined
    this.#agenda.add(drain ?? 0, () => (drain === undefined ? this.#die(null, signal) : this.#die(0, null)))
    return true
  }

  get #over(): boolean {
    return this.exitCode !== null || this.signalCode !== null
  }

  /** A start that the system refuses: `error`, then `close`, and never `exit`. */
  #refuse(): void {
    this.#tell('end')
    this.exitCode = -2
    this.#agenda.add(0, () => this.emit('close', -2, null))
    const error = Object.assign(new Error('spawn agent ENOENT'), { code: 'ENOENT', syscall: 'spawn agent' })
    this.emit('error', error)
  }

  #begin(): void {
    if (this.#over) return
    if (this.#exits('start')) return
    if (this.#strike('neverReady')) return
    this.#agenda.add(this.#strike('slowStart') ? this.#ms('slowStart') : 0, () => this.#ready())
  }

  #ready(): void {
    if (this.#over) return
    this.#tell('ready')
    this.#ignores = this.#strike('ignoreSignal')
    this.#holds = this.#strike('holdOutput')
    if (this.#strike('slowStop')) this.#drain = this.#ms('slowStop')
    this.stdout.emit('data', Buffer.from('ready\n'))
    if (this.#exits('ready')) return
    for (const { fault, at } of this.#faults)
      if (fault === 'exit' && typeof at === 'object' && 'after' in at) this.#exitAfter(at.after)
  }

  /** Whether this fault is one of its own; then that is told. */
  #strike(fault: FaultName): boolean {
    const strikes = this.#faults.some((entry) => entry.fault === fault)
    if (strikes) this.#tell('fault')
    return strikes
  }

  #exits(point: 'start' | 'ready'): boolean {
    if (!this.#faults.some(({ fault, at }) => fault === 'exit' && at === point)) return false
    this.#tell('fault')
    this.#agenda.add(0, () => this.#die(1, null))
    return true
  }

  #exitAfter(ms: number): void {
    this.#agenda.add(ms, () => {
      if (this.#over) return
      this.#tell('fault')
      this.#die(1, null)
    })
  }

  #ms(fault: FaultName): number {
    return Number(this.#faults.find((entry) => entry.fault === fault)?.options?.['ms'])
  }

  #die(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#over) return
    this.#tell('end')
    this.exitCode = code
    this.signalCode = signal
    if (!this.#holds) this.#agenda.add(0, () => this.emit('close', code, signal))
    this.emit('exit', code, signal)
  }
}

class FakeOutput extends EventEmitter {
  resume(): this {
    return this
  }
}
