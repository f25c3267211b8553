import type { Socket } from 'node:net'

import type { Participant } from '../clock/participants.ts'
import type { PendingTimer } from '../clock/timer-engine.ts'
import type { UncontrolledTimer } from '../clock/uncontrolled.ts'
import { FrameChannel } from '../protocol/channel.ts'
import { excerpt, type RawFrame } from '../protocol/ndjson.ts'
import { type Deferred, deferred } from '../wait.ts'
import type { ClockFrame, ParticipantFrame } from './frames.ts'
import { participantFrame } from './participant-frame.ts'

type Rest = Extract<ParticipantFrame, { t: 'rest' }>
type Order = Exclude<ClockFrame, { t: 'leave' }>
/** An order without its number. */
export type OrderBody = Order extends infer One ? (One extends Order ? Omit<One, 'n'> : never) : never

/** So many real timers are told of: whoever has more of them is known by now. */
const MOST_UNCONTROLLED = 100

/** What a participant tells whoever keeps it. */
export interface ParticipantEvents {
  /** It has said who it is. */
  onJoin(participant: RemoteParticipant): void
  /** It has started a process. */
  onStart(pid: number): void
  /** Something is known of it that was not. */
  onChange(): void
  onEnd(participant: RemoteParticipant): void
}

/** The connection of one thread of another process that goes by the clock. */
export class RemoteParticipant implements Participant {
  pid = 0
  /** By whom it was started, and as which of his. */
  place: readonly number[] = []
  thread = 0
  /** What time it took it to be when it came. */
  joinedAt = 0
  readonly uncontrolled: UncontrolledTimer[] = []
  readonly #channel: FrameChannel
  readonly #events: ParticipantEvents
  /** What it runs, without directories. */
  program = ''
  #sent = 0
  #last: Rest | undefined
  #rests = false
  /** It can neither hear nor do anything before another thread wakes it. */
  #asleep = false
  #busy = 'has not come to rest since it was started'
  #awaited: Deferred<void> | undefined

  constructor(socket: Socket, events: ParticipantEvents) {
    this.#events = events
    this.#channel = new FrameChannel(socket, 'a process that goes by the clock of the test', {
      onFrame: (frame, line) => this.#receive(frame, line),
      onEnd: () => {
        socket.destroy()
        this.#rests = false
        this.#awaited?.resolve()
        events.onEnd(this)
      },
    })
  }

  get name(): string {
    const thread = this.thread === 0 ? '' : `, thread ${this.thread}`
    return `${this.program} (${this.place.join('.')}${thread})`
  }

  get present(): boolean {
    return this.#channel.open
  }

  get rests(): boolean {
    return this.#rests
  }

  get state(): string {
    if (this.#asleep) return 'at rest in Atomics.wait, until another thread wakes it'
    if (!this.#rests) return this.#busy
    if (this.waiting) return 'at rest, and has not heard yet what its children have done'
    return this.next === undefined ? 'at rest, without a timer' : `at rest, with a timer at ${this.next} ms`
  }

  get fingerprint(): string {
    return `${this.#rests} ${this.events}`
  }

  get waiting(): boolean {
    return !this.#asleep && (this.#last?.held ?? 0) > 0
  }

  get next(): number | undefined {
    return this.#asleep ? undefined : this.#last?.next
  }

  get timers(): readonly PendingTimer[] {
    return this.#last?.timers ?? []
  }

  get children(): readonly number[] {
    return this.#last?.children ?? []
  }

  /** How many children it has started so far, as far as is known. */
  get started(): number {
    return this.#last?.started ?? 0
  }

  /** How many things have happened there, as far as is known. */
  get events(): number {
    return this.#last?.events ?? 0
  }

  /** Resolves when it has followed and rests again, or is gone. */
  order(body: OrderBody): Promise<void> {
    if (!this.present || this.#asleep) return Promise.resolve()
    this.#rests = false
    this.#busy = BUSY[body.t]
    this.#awaited ??= deferred()
    const { promise } = this.#awaited
    void this.#channel.send({ ...body, n: ++this.#sent })
    return promise
  }

  /** Its time is real from now on. */
  release(): void {
    void this.#channel.send({ t: 'leave' } satisfies ClockFrame)
    this.#channel.socket.end()
  }

  #receive(frame: RawFrame, line: string): void {
    const said = participantFrame(frame)
    // It is the first word of everybody, and nobody says it twice.
    if (!said || (said.t === 'hello') !== (this.pid === 0)) {
      return this.#channel.refuse(`A process that goes by the clock of the test sent ${excerpt(line)}.`)
    }
    if (said.t === 'hello') this.#introduce(said)
    else if (said.t === 'rest') this.#rest(said)
    else if (said.t === 'started') this.#events.onStart(said.pid)
    else if (said.t === 'busy')
      this.#work(`at work: ${said.with.join(', ') || 'the event loop does not stop'}`)
    else if (said.t === 'blocked') this.#work(`blocked in ${said.by}, which takes real time`)
    else if (said.t === 'asleep') this.#sleep()
    else if (said.t === 'awake') this.#work('has not come to rest since another thread woke it')
    else if (said.t === 'uncontrolled' && this.uncontrolled.length < MOST_UNCONTROLLED) {
      this.uncontrolled.push(said.timer)
    }
    this.#events.onChange()
  }

  #introduce(hello: Extract<ParticipantFrame, { t: 'hello' }>): void {
    this.pid = hello.pid
    this.place = hello.place.split('.').map(Number)
    this.thread = hello.thread
    this.joinedAt = hello.now
    this.program = hello.program
    this.#events.onJoin(this)
  }

  #rest(rest: Rest): void {
    this.#last = rest
    if (rest.heard !== this.#sent) return
    this.#rests = true
    this.#settle()
  }

  #sleep(): void {
    this.#asleep = true
    this.#rests = true
    this.#settle()
  }

  #settle(): void {
    this.#awaited?.resolve()
    this.#awaited = undefined
  }

  #work(state: string): void {
    this.#asleep = false
    this.#rests = false
    this.#busy = state
  }
}

const BUSY: Readonly<Record<Order['t'], string>> = {
  check: 'has not answered whether it still rests',
  now: 'has not answered that it knows the time',
  fire: 'has not come to rest since its timer was called',
  give: 'has not come to rest since it heard what its children had done',
  wall: 'has not answered that the clock of the machine jumped',
  postpone: 'has not answered that the machine slept',
}
