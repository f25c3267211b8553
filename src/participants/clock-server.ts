import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'

import type { Participant, Participants, ParticipantsHost } from '../clock/participants.ts'
import type { PendingTimer } from '../clock/timer-engine.ts'
import type { UncontrolledTimer } from '../clock/uncontrolled.ts'
import { assertSocketPath } from '../directory.ts'
import { packageRoot } from '../package-root.ts'
import { requiring } from '../preload/node-options.ts'
import { ENV } from '../protocol/frames.ts'
import { TIMED_OUT, within } from '../real-time.ts'
import { NOW_WIDTH, type PreloadOptions } from './frames.ts'
import { type OrderBody, RemoteParticipant } from './remote-participant.ts'

export interface ClockServerOptions {
  /** A short directory, for its socket and its files. */
  readonly directory: string
  /** Tells the files of this test from those of others in there. */
  readonly name: string
}

type Environment = Readonly<Record<string, string>>

/** What the preload is replaced by when the test is over. */
const RETIRED = ''

/** Takes in the processes that go by the clock of a test, and hands orders on to them. */
export class ClockServer implements Participants {
  readonly #options: ClockServerOptions
  readonly #host: ParticipantsHost
  readonly #files: { readonly socket: string; readonly now: string; readonly preload: string }
  #server: net.Server | undefined
  readonly #connections = new Set<RemoteParticipant>()
  readonly #present: RemoteParticipant[] = []
  readonly #children = new Set<number>()
  readonly #uncontrolled: UncontrolledTimer[] = []
  /** All that have come, and those that they are below. */
  readonly #places = new Set<string>()
  #broken: Error | undefined
  /** The file that holds the time. */
  #time: number | undefined
  #now = 0
  /** By those who are gone. */
  #startedByOthers = 0
  #roots = 0

  constructor(options: ClockServerOptions, host: ParticipantsHost) {
    const { directory, name } = options
    this.#options = options
    this.#host = host
    const at = (kind: string): string => path.join(directory, `${name}.${kind}`)
    this.#files = {
      // Pipes have names that are the same for all runs, and files have not.
      socket:
        process.platform === 'win32' ? `\\\\.\\pipe\\${path.basename(directory)}-${name}-clock` : at('clock'),
      now: at('now'),
      preload: at('clock.cjs'),
    }
  }

  /** Begins to listen, at the first call. Throws `ERR_PATH_TOO_LONG`, and what the system says. */
  open(): void {
    if (this.#broken) throw this.#broken
    if (this.#server) return
    if (process.platform !== 'win32') assertSocketPath(this.#files.socket)
    this.#now = this.#host.now()
    this.#writePreload()
    this.#time = openSync(this.#files.now, 'w', 0o600)
    this.#writeNow()
    this.#server = net
      .createServer((socket) => this.#take(socket))
      .on('error', (error) => (this.#broken = error))
      // Who is started from now on can connect: what comes before it is taken waits there.
      .listen(this.#files.socket)
      .unref()
  }

  get inUse(): boolean {
    return this.#server !== undefined
  }

  get present(): readonly Participant[] {
    return this.#present
  }

  get children(): readonly number[] {
    for (const { children } of this.#present) for (const pid of children) this.#children.add(pid)
    return [...this.#children]
  }

  get started(): number {
    return this.#present.reduce((sum, { started }) => sum + started, this.#startedByOthers)
  }

  get timers(): readonly PendingTimer[] {
    return this.#present
      .flatMap(({ name, timers }) => timers.map((timer) => ({ ...timer, process: name })))
      .toSorted((a, b) => a.at - b.at)
  }

  get uncontrolled(): readonly UncontrolledTimer[] {
    const present = this.#present.flatMap(namedUncontrolled)
    return [...this.#uncontrolled, ...present]
  }

  /** For a program that is to go by the clock. */
  nextPlace(): string {
    return String(++this.#roots)
  }

  /** What an environment is to have, over what is given, for a program to take a place. */
  environment(place: string, { NODE_OPTIONS: options }: Environment): Record<string, string> {
    return { [ENV.clock]: place, NODE_OPTIONS: requiring(this.#files.preload, options) }
  }

  /** Whether somebody has come who has this place, or a place below it. */
  isTaken(place: string): boolean {
    return this.#places.has(place)
  }

  async confirm(): Promise<boolean> {
    const before = new Map(this.#present.map((one) => [one, one.events]))
    await this.#orderAll({ t: 'check' })
    return (
      before.size === this.#present.length &&
      this.#present.every((one) => one.rests && one.events === before.get(one))
    )
  }

  async setNow(now: number): Promise<void> {
    if (!this.#moveTo(now)) return
    await this.#orderAll({ t: 'now', now })
  }

  async fire(participant: Participant, now: number): Promise<void> {
    const one = participant as RemoteParticipant
    if (this.#moveTo(now)) await this.#orderAll({ t: 'now', now }, (other) => other !== one)
    await this.#answered(one.order({ t: 'fire', now }))
  }

  give(participant: Participant): Promise<void> {
    return this.#answered((participant as RemoteParticipant).order({ t: 'give' }))
  }

  jumpWall(ms: number): Promise<void> {
    return this.#orderAll({ t: 'wall', ms })
  }

  postpone(to: number): Promise<void> {
    return this.#orderAll({ t: 'postpone', to })
  }

  forget(pid: number): void {
    this.#children.delete(pid)
  }

  release(): void {
    this.#server?.close()
    for (const one of this.#connections) one.release()
    if (this.#time !== undefined) closeSync(this.#time)
    this.#time = undefined
    // A supervisor that goes on starts its children with it.
    if (this.#server) writeFileSync(this.#files.preload, RETIRED)
  }

  #take(socket: net.Socket): void {
    const one = new RemoteParticipant(socket, {
      onJoin: (joined) => this.#join(joined),
      onStart: (pid) => this.#children.add(pid),
      onChange: () => this.#host.onChange(),
      onEnd: (gone) => this.#leave(gone),
    })
    this.#connections.add(one)
  }

  #join(one: RemoteParticipant): void {
    for (let length = 1; length <= one.place.length; length++) {
      this.#places.add(one.place.slice(0, length).join('.'))
    }
    // A thread does not know yet what it is to run when it joins.
    const main = this.#present.find(({ pid, thread }) => pid === one.pid && thread === 0)
    if (main) one.program = main.program
    this.#present.push(one)
    this.#present.sort(byPlace)
    // Time has moved since it looked at it: it was not known that it is there.
    if (one.joinedAt !== this.#now) void one.order({ t: 'now', now: this.#now })
  }

  #leave(one: RemoteParticipant): void {
    this.#connections.delete(one)
    const at = this.#present.indexOf(one)
    if (at !== -1) this.#present.splice(at, 1)
    this.#startedByOthers += one.started
    this.#uncontrolled.push(...namedUncontrolled(one))
    this.#host.onChange()
  }

  /** Whether that is another time. */
  #moveTo(now: number): boolean {
    if (now === this.#now || !this.#server) return false
    this.#now = now
    this.#writeNow()
    return true
  }

  #writeNow(): void {
    if (this.#time !== undefined) writeSync(this.#time, String(this.#now).padStart(NOW_WIDTH), 0)
  }

  #writePreload(): void {
    const { directory, name } = this.#options
    const { start, seed } = this.#host
    const { socket, now, preload } = this.#files
    const options: PreloadOptions = {
      socket,
      now,
      start,
      ...(seed !== undefined && { seed }),
      file: preload,
      agents: path.join(directory, `${name}-`),
    }
    const program = path.join(packageRoot(), 'dist', 'src', 'participants', 'preload.cjs')
    // Agents, which speak for themselves, have no place: they are spared the time that it takes to load.
    const text = `'use strict'\nif (process.env.${ENV.clock}) require(${JSON.stringify(program)}).start(${JSON.stringify(options)})\n`
    writeFileSync(preload, text, { mode: 0o600 })
  }

  async #orderAll(
    order: OrderBody,
    matches: (one: RemoteParticipant) => boolean = () => true,
  ): Promise<void> {
    await this.#answered(Promise.all(this.#present.filter(matches).map((one) => one.order(order))))
  }

  async #answered(answer: Promise<unknown>): Promise<void> {
    const { patience } = this.#host
    if ((await within(answer, patience)) === TIMED_OUT) throw this.#host.stalled()
  }
}

function namedUncontrolled({ name, uncontrolled }: RemoteParticipant): UncontrolledTimer[] {
  return uncontrolled.map((timer) => ({ ...timer, what: `${timer.what}, in ${name}` }))
}

/** Parents before their children, these by their starts; threads after the process. */
function byPlace(a: RemoteParticipant, b: RemoteParticipant): number {
  const [left, right] = [a.place, b.place]
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? -1) - (right[at] ?? -1)
    if (difference !== 0) return difference
  }
  // Several that a program of another kind has started have the same place.
  return a.pid - b.pid || a.thread - b.thread
}
