import { rmSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Clock } from '../clock/clock.ts'
import type { Router } from '../clock/route.ts'
import { executableCommand, quote } from '../command-line.ts'
import { assertSocketPath } from '../directory.ts'
import type { SuperviseError } from '../errors.ts'
import { type AgentScript, ENV } from '../protocol/frames.ts'
import { type Hello, HostSession } from '../protocol/host-session.ts'
import { checkCommandOptions } from '../resolve-options.ts'
import { assertAgentId } from './agent-id.ts'
import { type AttemptContext, placeOf } from './attempt.ts'
import type { ClockPlace, NextPlace } from './clock-place.ts'
import { closedError, unreachableError } from './command-errors.ts'
import { CommandStarts } from './command-starts.ts'
import { confine } from './confinement/index.ts'
import { hermeticEnvironment } from './environment.ts'
import { LauncherScript, OWN_PID, replace } from './launcher-script.ts'
import { stopAttached } from './stop-attached.ts'
import type { Surroundings } from './surroundings.ts'
import { isUnderMark, type ProcessInfo, processTable } from './table/index.ts'

/** What `agentCommand.with()` changes. */
export interface AgentCommandOptions {
  id?: string
  /** A key of the option `agents`. */
  agent?: string
  /** Arguments of every start, before those that the starter adds. */
  args?: readonly string[]
  env?: Readonly<Record<string, string>>
  script?: AgentScript
  /** As that of a spawn. */
  clock?: 'real' | 'virtual'
}

/** A command that starts this test's agent from anything that starts programs. It speaks over a Unix socket. */
export interface AgentCommand {
  readonly id: string
  /** An executable of this test's own: on POSIX it needs neither `args` nor `env` to reach the test. */
  readonly file: string
  readonly args: string[]
  readonly env: Record<string, string>
  /** The command as one line, quoted for the shell. */
  readonly shell: string
  /** The JavaScript file for `fork`, with `env`; undefined when the agent is no JavaScript. */
  readonly module: string | undefined
  /**
   * Another command, of the same agent or another. Give each worker of a pool its own `id`. Throws what `spawnAgent`
   * rejects with for options that cannot be meant.
   */
  with(options: AgentCommandOptions): AgentCommand
}

/** @internal What commands share with the test they belong to. */
export interface AgentCommandContext extends AttemptContext {
  /** A short directory that outlives the test: a supervisor that was not stopped still finds its command there. */
  readonly dir: string
  /** Tells the files of this test from those of others in `dir`. */
  readonly name: string
  readonly mark: string
  readonly runtimeDir: string
  readonly clock: Clock
  readonly router: Router
  readonly surroundings: Surroundings
  readonly nextPlace: NextPlace
  readonly script: AgentScript
  readonly env: Readonly<Record<string, string>>
  agentPath(agent: string | undefined): string
}

/** An agent that something else started by a command of this test. */
export interface AttachedAgent {
  readonly hello: Hello
  /** The process that it said it is; undefined when that is none of this test's. */
  readonly process: Pick<ProcessInfo, 'pid' | 'startTime'> | undefined
  readonly attempt: number
  readonly socket: net.Socket
}

/** How many agents that speak nonsense are told of in one test. */
const WARNINGS = 5

/** Makes the commands of one test, and holds the connections of the agents that are started by them. */
export class AgentCommands {
  readonly attached: AttachedAgent[] = []
  readonly #context: AgentCommandContext
  readonly #starts: CommandStarts
  readonly #servers: net.Server[] = []
  readonly #launchers: LauncherScript[] = []
  readonly #modules: string[] = []
  readonly #sockets = new Set<net.Socket>()
  #closed = false
  #count = 0
  #warnings = 0
  #unreachable: SuperviseError | undefined

  constructor(context: AgentCommandContext) {
    this.#context = context
    this.#starts = new CommandStarts(context)
    context.faults.onChange(() => this.#prepare())
    context.attempts.onStart = (agent) => this.#prepare(agent)
  }

  /**
   * Writes the launcher and begins to listen. Throws `ERR_AGENT_ID_INVALID`, `ERR_AGENT_UNKNOWN`, `ERR_PATH_TOO_LONG` or
   * `ERR_SCOPE_CLOSED`.
   */
  create(options: AgentCommandOptions & { readonly id: string }): AgentCommand {
    const { id, agent, args = [], env = {} } = options
    assertAgentId(id)
    if (this.#closed) throw closedError(id)
    const { runtimeDir, mark, surroundings } = this.#context
    const agentPath = this.#context.agentPath(agent)
    const isVirtual = options.clock === 'virtual'
    // By its name the preload knows what speaks for itself.
    const name = `${this.#context.name}${isVirtual ? '.clock' : ''}-${++this.#count}`
    const socket = this.#listen(id, name, options.script ?? this.#context.script)
    const own = {
      ...this.#context.env,
      ...env,
      [ENV.agent]: id,
      [ENV.mark]: mark,
      [ENV.runtimeDir]: runtimeDir,
      [ENV.socket]: socket,
    }
    // An environment that somebody else has made has none of it.
    const around = (pid?: string): Record<string, string> =>
      surroundings.environment({}, own, { agent: id, ...(pid !== undefined && { mark: `pid.${pid}` }) })
    const [file, words] = this.#launcher(id, name, agentPath, around(OWN_PID), args, isVirtual)
    const module = this.#module(name, agentPath, around())
    this.#starts.add({ id, file, args: words, module, socket })
    return Object.freeze({
      id,
      file,
      args: words,
      env: { ...hermeticEnvironment(runtimeDir), ...around() },
      shell: [file, ...words].map(quote).join(' '),
      module,
      with: (changed: AgentCommandOptions) => {
        checkCommandOptions(changed)
        return this.create({ ...options, ...changed, env: { ...env, ...changed.env } })
      },
    })
  }

  /** Which start of which agent a process is, or the first of its forebears that is one. @param pids its own comes first */
  identify(pids: readonly number[]): { readonly agent: string; readonly attempt: number } | undefined {
    for (const pid of pids) {
      const attached = this.attached.findLast(({ hello }) => hello.pid === pid)
      if (attached) return { agent: attached.hello.id, attempt: attached.attempt }
      const started = this.#starts.startOf(pid)
      if (started) return { agent: started.agent, attempt: started.number }
    }
    return undefined
  }

  /** Whether one of these words holds the path of a command. */
  areNamedIn(words: readonly string[]): boolean {
    const files = [...this.#launchers.map(({ file }) => file), ...this.#modules]
    return words.some((word) => files.some((file) => word.includes(file)))
  }

  /**
   * Stops listening and retires the launchers: what is started by them from now on ends at once. Then stops the agents
   * that were started by them, and what they started: `grace` ms of real time, then SIGKILL. Rejects with
   * `ERR_AGENT_UNREACHABLE`, when they are gone, if the system has not let a command listen.
   */
  async close(grace: number): Promise<void> {
    this.#retire()
    // Begun before their connections end: an agent exits upon that, and nobody would know what it had started.
    const stopped = stopAttached(this.attached, grace)
    for (const socket of this.#sockets) socket.destroy()
    await stopped
    if (this.#unreachable) throw this.#unreachable
  }

  #retire(): void {
    this.#closed = true
    this.#starts.close()
    for (const file of this.#modules) rmSync(file, { force: true })
    for (const launcher of this.#launchers) launcher.retire()
    for (const server of this.#servers) server.close()
  }

  #listen(id: string, name: string, script: AgentScript): string {
    const address =
      process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : path.join(this.#context.dir, `${name}.sock`)
    assertSocketPath(address)
    const server = net.createServer((socket) => {
      let process: ProcessInfo | undefined
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      const session = new HostSession(socket, {
        peer: 'an agent started by agentCommand',
        clock: this.#context.clock,
        router: this.#context.router,
        onRefused: (error) => this.#warnOf(error),
        pidOf: ({ pid }) => (process = this.#own(pid))?.pid,
        isNumbered: (hello) => this.#starts.isNumbered(hello, process),
        welcome: (hello) => {
          const attempt = this.#starts.claim(hello, process)
          this.attached.push({ hello, process, attempt: attempt.number, socket })
          const welcome = attempt.welcome(script)
          attempt.connected(session)
          return welcome
        },
      })
    })
    server.on('error', (error) => {
      if (!this.#closed) this.#unreachable ??= unreachableError(id, address, error)
    })
    server.listen(address)
    server.unref()
    this.#servers.push(server)
    return address
  }

  /** There is no handle that could tell of it. */
  #warnOf(error: SuperviseError): void {
    if (!this.#closed && ++this.#warnings <= WARNINGS) console.warn(`vitest-supervise: ${error.message}`)
  }

  /** An agent may be in a container, where pids mean something else: what it says is believed of this test's processes. */
  #own(pid: number): ProcessInfo | undefined {
    const info = processTable.get(pid)
    const known = process.platform === 'linux' || info?.mark !== undefined
    return !known || isUnderMark(info?.mark, this.#context.mark) ? info : undefined
  }

  /** Has the launchers know that time is virtual now. */
  refresh(): void {
    this.#prepare()
  }

  /** Makes the launchers ready for the next start by another process, of this agent or of all. */
  #prepare(agent?: string): void {
    if (this.#closed) return
    const { attempts, faults, runtimeDir, place } = this.#context
    for (const launcher of this.#launchers) {
      const { id } = launcher
      if (agent !== undefined && agent !== id) continue
      const next = attempts.upcoming(id)
      launcher.write(confine(faults.upcoming(id, next), { runtimeDir, place: placeOf(place, id, next) }))
    }
  }

  #launcher(
    id: string,
    name: string,
    agentPath: string,
    env: Readonly<Record<string, string>>,
    args: readonly string[],
    isVirtual: boolean,
  ): [string, string[]] {
    if (process.platform === 'win32') {
      const command = executableCommand(agentPath)
      return [command.file, [...command.args, ...args]]
    }
    const file = path.join(this.#context.dir, name)
    let place: ClockPlace | undefined
    const clock = (): Readonly<Record<string, string>> =>
      (place ??= this.#context.nextPlace())?.environment({}) ?? {}
    const words = [agentPath, ...args]
    this.#launchers.push(new LauncherScript(id, file, words, env, isVirtual ? clock : undefined))
    this.#prepare(id)
    return [file, []]
  }

  #module(name: string, agentPath: string, env: Readonly<Record<string, string>>): string | undefined {
    if (!/\.[cm]js$/.test(agentPath)) return undefined
    const agent = JSON.stringify(pathToFileURL(agentPath).href)
    const { preload } = this.#context.surroundings
    const { NODE_OPTIONS: _options, ...others } = env
    const file = path.join(this.#context.dir, `${name}.cjs`)
    this.#modules.push(file)
    replace(
      file,
      `${preload === undefined ? '' : `require(${JSON.stringify(preload)})\n`}delete process.env.${ENV.fd}\nconst { ${ENV.mark}: mark } = process.env\n` +
        `Object.assign(process.env, ${JSON.stringify(preload === undefined ? env : others)})\n` +
        `if (mark?.startsWith(${JSON.stringify(`${env[ENV.mark]}.`)})) process.env.${ENV.mark} = mark\nimport(${agent})\n`,
    )
    return file
  }
}
