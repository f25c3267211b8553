import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex, Readable, Writable } from 'node:stream'

import { onTestFinished } from 'vitest'

import type { Json } from '../../src/json.ts'
import type { AgentFrame, AgentScript, FaultOrder, HostFrame } from '../../src/protocol/frames.ts'
import { encodeFrame, FrameDecoder } from '../../src/protocol/ndjson.ts'
import { killMarked } from './mark.ts'
import { Text } from './text.ts'

export interface StartOptions {
  readonly args?: string[]
  readonly env?: Record<string, string>
  readonly script?: AgentScript
  readonly faults?: Omit<FaultOrder, 'id'>[]
  /** Put into its directory first. */
  readonly files?: Record<string, string>
  /** `unwelcome`: the test answers hello itself. */
  readonly transport?: 'descriptor' | 'socket' | 'none'
  readonly unwelcome?: boolean
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Starts a program as an agent, welcomes it, and kills all that comes of it when the test is over. */
export async function startAgent(file: string, options: StartOptions = {}): Promise<StartedAgent> {
  const agent = await StartedAgent.start(file, options)
  if (options.transport === 'none' || options.unwelcome) return agent
  await agent.welcome()
  return agent
}

/** An agent process and the raw protocol with it. */
export class StartedAgent {
  readonly directory: string
  readonly mark: string
  readonly process: ChildProcess
  readonly stdin: Writable
  readonly stdout: Text
  readonly stderr: Text
  readonly exit: Promise<Exit>
  /** The protocol connection: a descriptor's at once, a socket's when the agent has connected. */
  readonly channel: Promise<Duplex>
  readonly #options: StartOptions
  readonly #frames: AgentFrame[] = []
  readonly #watchers = new Set<() => void>()
  #sent = 0
  #over = false

  static async start(file: string, options: StartOptions): Promise<StartedAgent> {
    const directory = mkdtempSync(join(tmpdir(), 'agent-run-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(directory, name), text)
    const env: Record<string, string> = { PATH: process.env['PATH'] ?? '', SUPERVISE_AGENT: 'web' }
    let connected: Promise<Duplex> | undefined
    if (options.transport === 'socket') {
      const path = join(directory, 's')
      const server = createServer()
      connected = new Promise((resolve) => server.once('connection', resolve))
      await new Promise<void>((resolve) => server.listen(path, resolve))
      onTestFinished(() => void server.close())
      env['SUPERVISE_SOCKET'] = path
    } else if (options.transport !== 'none') env['SUPERVISE_FD'] = '3'
    return new StartedAgent(file, options, directory, env, connected)
  }

  private constructor(
    file: string,
    options: StartOptions,
    directory: string,
    env: Record<string, string>,
    connected: Promise<Duplex> | undefined,
  ) {
    this.#options = options
    this.directory = directory
    this.mark = randomUUID()
    const stdio = env['SUPERVISE_FD'] === undefined ? [] : (['pipe'] as const)
    this.process = spawn(file, options.args ?? [], {
      cwd: directory,
      detached: true,
      env: { ...env, SUPERVISE_RUNTIME_DIR: directory, SUPERVISE_MARK: this.mark, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe', ...stdio],
    })
    const child = this.process
    onTestFinished(() => {
      if (child.pid !== undefined) killGroup(child.pid)
      killMarked(this.mark)
    })
    this.stdin = child.stdio[0] as Writable
    this.stdin.on('error', () => {})
    this.stdout = new Text(child.stdio[1] as Readable)
    this.stderr = new Text(child.stdio[2] as Readable)
    this.exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
    this.channel = connected ?? Promise.resolve(child.stdio[3] as Duplex)
    void this.exit.then(() => this.stderr.ended).then(() => this.#end())
    if (options.transport !== 'none') void this.channel.then((channel) => this.#read(channel))
  }

  get pid(): number {
    return this.process.pid ?? 0
  }

  /** How many frames the agent has been sent. */
  get sent(): number {
    return this.#sent
  }

  /** What the agent has said and nobody has taken yet. */
  get untaken(): readonly AgentFrame[] {
    return this.#frames
  }

  /** Takes the next frame of this type, past or future. Rejects when the agent is gone without one. */
  async frame<T extends AgentFrame['t']>(t: T): Promise<Extract<AgentFrame, { t: T }>> {
    for (;;) {
      const at = this.#frames.findIndex((frame) => frame.t === t)
      if (at >= 0) return this.#frames.splice(at, 1)[0] as Extract<AgentFrame, { t: T }>
      if (this.#over) throw new Error(`The agent is gone, without "${t}". It said: ${this.stderr.all}`)
      await new Promise<void>((resolve) => this.#watchers.add(resolve))
    }
  }

  /** What is in a file of its directory. */
  read(name: string): string {
    return readFileSync(join(this.directory, name), 'utf8')
  }

  /** Takes the next message. */
  async message(): Promise<Json> {
    return (await this.frame('message')).body
  }

  /** Takes `parked` frames until one covers all that the agent was sent. */
  async rest(): Promise<void> {
    while ((await this.frame('parked')).seen < this.#sent);
  }

  /** Waits for the agent to ask for time, checks nothing, and grants it. Resolves with how long it asked for. */
  async grant(): Promise<number> {
    const { ms, n } = await this.frame('sleep')
    await this.send({ t: 'go', n })
    return ms
  }

  /** Resolves when the agent, which answers messages, has dealt with the signals sent to it before. */
  async turn(): Promise<void> {
    // It may read the first message in the turn in which it finds the signal, but not the second one.
    for (const body of ['turn', 'and turn']) {
      await this.send({ t: 'message', body })
      await this.message()
    }
  }

  async welcome(): Promise<void> {
    await this.channel
    const { script = {}, faults = [] } = this.#options
    const orders = faults.map((fault, index) => ({ ...fault, id: index + 1 }))
    await this.send({ t: 'welcome', attempt: 1, faults: orders, script })
  }

  async send(frame: HostFrame): Promise<void> {
    this.#sent++
    await this.write(encodeFrame(frame))
  }

  async write(bytes: string | Buffer): Promise<void> {
    const channel = await this.channel
    await new Promise<void>((resolve) => channel.write(bytes, () => resolve()))
  }

  #read(channel: Duplex): void {
    const decoder = new FrameDecoder()
    channel.on('error', () => {})
    channel.on('data', (chunk: Buffer) => {
      decoder.push(chunk, (frame) => this.#frames.push(frame as unknown as AgentFrame))
      this.#changed()
    })
  }

  #end(): void {
    this.#over = true
    this.#changed()
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
    this.#watchers.clear()
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The whole group is gone already.
  }
}
