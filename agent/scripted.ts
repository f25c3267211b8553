import type { Json } from '../src/json.ts'
import type { AgentScript } from '../src/protocol/frames.ts'
import { startChild } from './children.ts'
import { die } from './complain.ts'
import { listen } from './listener.ts'
import { print } from './output.ts'
import type { Parking } from './parking.ts'
import { checkScript } from './script-shape.ts'
import { appendLine, writePidFile } from './files.ts'
import type { Session } from './session.ts'

/** A channel's loss leaves a signal that comes with it this long to be answered. Real ms, under the 2 s of the protocol. */
const LAST_WORDS = 1500

/** Plays an {@link AgentScript}: a healthy agent, which does what the script says and answers what it is sent. */
export class ScriptedAgent {
  readonly #session: Session
  readonly #parking: Parking | undefined
  readonly #script: AgentScript
  readonly #stops: (() => void)[] = []
  #removePidFile = (): void => {}
  /** How this ends is settled: a drain, or an exit. */
  #leaving = false

  constructor(session: Session, parking: Parking | undefined) {
    this.#session = session
    this.#parking = parking
    this.#script = session.script
    checkScript(this.#script)
    this.#answerSignals()
  }

  /** Starts up, says ready, and goes on until something ends it. Rejects with the reason if it cannot start. */
  async play(): Promise<void> {
    await this.#startUp()
    await this.#session.ready(() => this.#announce())
    this.#run()
  }

  /** Answers a message: with itself. */
  message(body: Json): void {
    try {
      this.#session.send(body)
    } catch (error) {
      // JSON can get longer when it is read and written again, as `1e20` does.
      if (error instanceof RangeError) die(`a message cannot be answered with itself. ${error.message}`)
      throw error
    }
  }

  /**
   * The test is gone. With no signal scripted or ignored this exits at once, with code 0; else what answers a signal
   * that came together with the loss has 1.5 s to do so.
   */
  lost(ignores: boolean): void {
    this.#stop()
    if (!ignores && Object.keys(this.#script.onSignal ?? {}).length === 0) this.#exit(0)
    setTimeout(() => this.#exit(0), LAST_WORDS)
  }

  async #startUp(): Promise<void> {
    const { stdout, startDelay, listen: port, children, pidFile, writes } = this.#script
    if (stdout?.start !== undefined) this.#print(stdout.start + '\n')
    if (startDelay !== undefined && startDelay > 0) await this.#untilStopped(startDelay)
    if (port !== undefined) this.#session.send({ listening: await this.#during(listen(port)) })
    for (const kind of children ?? []) await this.#during(startChild(kind))
    if (pidFile !== undefined) this.#removePidFile = writePidFile(this.#session.runtimeDir, pidFile)
    if (writes !== undefined) appendLine(this.#session.runtimeDir, writes)
  }

  #announce(): void {
    const { stdout } = this.#script
    if (stdout?.ready !== undefined) this.#print(stdout.ready + '\n')
  }

  /** Waits `ms`, or for ever if a signal comes meanwhile. */
  #untilStopped(ms: number): Promise<void> {
    return new Promise((resolve) => this.#stops.push(this.#session.alarm.after(ms, resolve)))
  }

  #run(): void {
    const { heartbeat, stdout, lifetime, exitCode = 0, stdin, writes } = this.#script
    const every = stdout?.every
    let beats = 0
    if (heartbeat !== undefined) {
      this.#stops.push(this.#session.every(heartbeat, () => this.#session.send({ heartbeat: ++beats })))
    }
    if (every !== undefined) {
      this.#stops.push(this.#session.every(every.ms, () => this.#print(every.text + '\n')))
    }
    if (writes?.every !== undefined) {
      const append = (): void => appendLine(this.#session.runtimeDir, writes)
      this.#stops.push(this.#session.every(writes.every, append))
    }
    if (lifetime !== undefined) {
      this.#stops.push(this.#session.alarm.after(lifetime, () => this.#end(exitCode)))
    }
    if (stdin === 'echo' || stdin === 'exit-on-eof') {
      const { struck } = this.#session
      const read = (): void => this.#readStdin(stdin, exitCode)
      // If that is at its end by now, which of the two comes first would be chance.
      if (struck) void struck.finally(read)
      else read()
    }
  }

  #readStdin(mode: 'echo' | 'exit-on-eof', exitCode: number): void {
    const { stdin } = process
    stdin.on('data', (chunk) => {
      if (mode === 'echo') this.#print(chunk)
      this.#parking?.touch()
    })
    const closed = new Promise<void>((resolve) => {
      // A reader's end that breaks is at its end, too.
      stdin.once('end', resolve).once('error', resolve).once('close', resolve)
    })
    void closed.then(() => {
      if (mode === 'exit-on-eof') this.#end(exitCode)
    })
    // A file is read by other threads and comes to its end by itself; a pipe or a terminal waits for somebody.
    if (!('ref' in stdin)) void this.#during(closed)
  }

  #answerSignals(): void {
    for (const [signal, answer] of Object.entries(this.#script.onSignal ?? {})) {
      process.on(signal, () => {
        this.#parking?.touch()
        if (answer === 'ignore' || this.#leaving) return
        this.#leaving = true
        this.#stop()
        const leave = (): void => this.#end(answer.exit ?? 0)
        if (answer.drain !== undefined && answer.drain > 0) this.#session.alarm.after(answer.drain, leave)
        else leave()
      })
    }
  }

  /** No more heartbeats, lines or lifetime; what is starting does not become ready. */
  #stop(): void {
    this.#session.abandonReady()
    for (const stop of this.#stops.splice(0)) stop()
  }

  /** Exits as soon as the test has all that was sent, and not much later if it does not read. */
  #end(code: number): void {
    this.#leaving = true
    this.#stop()
    setTimeout(() => this.#exit(code), LAST_WORDS)
    if (this.#session.channel === undefined) this.#exit(code)
    this.#session.channel.whenSent(() => this.#exit(code))
  }

  #exit(code: number): never {
    this.#removePidFile()
    process.exit(code)
  }

  #print(text: string | Buffer): void {
    print(text, () => this.#exit(0))
  }

  #during<T>(work: Promise<T>): Promise<T> {
    return this.#parking === undefined ? work : this.#parking.during(work)
  }
}
