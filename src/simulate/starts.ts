import type { SpawnOptions } from 'node:child_process'
import path from 'node:path'

import { Source } from '../clock/source.ts'
import { Attempt, type AttemptContext } from '../process/attempt.ts'
import { obstacleOf, type Way } from '../process/refusal.ts'
import type { AgentScript } from '../protocol/frames.ts'
import { Body } from './body.ts'
import { type ChildRequest, SimulatedChild, signalName } from './child.ts'
import { Life, type LifeParts } from './life.ts'
import { type RefusedStart, refusedStart } from './refusals.ts'
import { type Command, commandOf } from './shell-line.ts'
import { type Saying, TOOLS } from './tools.ts'
import { unsupported } from './unsupported.ts'
import type { World } from './world.ts'

/** A process of a simulation. */
export interface SimulatedProcess {
  readonly pid: number
  readonly ppid: number
  readonly pgid: number
  readonly command: string
  /** Whether it is stopped, as by SIGSTOP. */
  readonly stopped: boolean
}

/** A command that starts an agent: as a program, or as a module of Node. */
export interface CommandTarget extends Target {
  readonly file: string
  readonly module: string
}

/** An agent that commands start. */
export interface Target {
  readonly id: string
  readonly script: AgentScript
}

/** How a start differs from that of a command. */
export interface StartExtras extends Partial<Omit<LifeParts, 'world' | 'attempt' | 'welcome'>> {
  readonly saysReady?: boolean
  /** How lists call its process. Default: its file. */
  readonly name?: string
  /** How a command is started. Default: itself. */
  readonly way?: Way
  /** Whether a refusal is noted, and thrown if `spawn` throws it, at once. Default true; else both are the caller's. */
  readonly throws?: boolean
}

/** An agent that has been started, or not. */
export interface Started {
  readonly child: SimulatedChild
  readonly attempt: Attempt
  /** Undefined: the system has refused it, and the child will say so. */
  readonly life: Life | undefined
  readonly refused: RefusedStart | undefined
}

const NOT_FOUND: RefusedStart = { code: 'ENOENT', errno: -2, thrown: false }
/** What shells and Node say of a file that is not there. */
const NOTHING_THERE: Readonly<Record<'shell' | 'node', (program: string) => Saying>> = {
  shell: (program) => ({ fd: 2, text: `/bin/sh: 1: ${program}: not found\n`, exitCode: 127 }),
  node: (program) => ({ fd: 2, text: `Error: Cannot find module '${program}'\n`, exitCode: 1 }),
}
const OURSELVES: SimulatedProcess = {
  pid: process.pid,
  ppid: process.ppid,
  pgid: process.pid,
  command: 'node',
  stopped: false,
}
const NOWHERE = { data() {}, end() {}, isOpen: () => false }

/** The processes of one simulation, and their starts. */
export class Starts {
  readonly #world: World
  readonly #context: AttemptContext
  readonly #targets = new Map<string, CommandTarget>()
  readonly #bodies = new Map<number, Body>()

  constructor(world: World, context: AttemptContext) {
    this.#world = world
    this.#context = context
  }

  get processes(): SimulatedProcess[] {
    return this.#live().map(({ pid, ppid, pgid, name, isStopped }) => ({
      pid,
      ppid,
      pgid,
      command: name,
      stopped: isStopped,
    }))
  }

  add(target: CommandTarget): void {
    this.#targets.set(target.file, target)
    this.#targets.set(target.module, target)
  }

  /** As `spawn` of `node:child_process`, with the arguments that the system is given: throws what that throws at once. */
  spawn(
    file: string,
    args: readonly string[],
    options: SpawnOptions,
    command: Command = commandOf(file, args),
  ): SimulatedChild {
    const { program, by } = command
    const target = this.#targets.get(program)
    if (target) {
      assertWay(target, command)
      const way = WAYS[by]
      return this.start(file, args, options, target, { name: program, way }).child
    }
    const speak = this.#tool(command)
    if (!speak) return this.#refused({ file, args, options }, NOT_FOUND)
    const child = this.#child({ file, args, options }, undefined, NOWHERE)
    this.#begin(child, program, options, speak)
    return child
  }

  start(
    file: string,
    args: readonly string[],
    options: SpawnOptions,
    target: Target,
    extras: StartExtras = {},
  ): Started {
    const { saysReady, throws = true, name = file, way = 'file', ...told } = extras
    const attempt = new Attempt(target.id, this.#context, saysReady)
    const obstacle = attempt.refusal && obstacleOf(way, attempt.refusal, 'linux')
    if (obstacle !== undefined) attempt.cannotRefuse(obstacle)
    const refused = obstacle === undefined && attempt.refusal ? refusedStart(attempt.refusal) : undefined
    if (refused) {
      if (throws) attempt.spawnFailed(refused.code)
      if (refused.thrown && throws) throw systemError('spawn', refused)
      const request = { file, args, options }
      const child = refused.thrown
        ? this.#child(request, undefined, NOWHERE)
        : this.#refused(request, refused)
      return { child, attempt, life: undefined, refused }
    }
    let life: Life | undefined
    const child = this.#child({ file, args, options }, attempt, {
      data: (chunk) => life?.body.later(() => life?.input(chunk)),
      end: () => life?.body.later(() => life?.inputEnds()),
      isOpen: () => life?.body.isAlive === true,
    })
    const parts: LifeParts = {
      world: this.#world,
      attempt,
      welcome: () => attempt.welcome(target.script),
      ...told,
    }
    life = new Life(parts, (program) => {
      const { detached = false } = options
      return new Body(this.#world, program, { name, parent: child, detached })
    })
    this.#bodies.set(life.body.pid, life.body)
    attempt.spawned()
    child.begin(life.body)
    life.begin()
    return { child, attempt, life, refused }
  }

  kill(pid: number, signal: NodeJS.Signals | number): true {
    const name = signalName(signal)
    const targets = this.#live().filter((body) => (pid < 0 ? body.pgid === -pid : body.pid === pid))
    if (targets.length === 0) throw systemError('kill', { code: 'ESRCH', errno: -3 })
    if (name !== undefined) for (const body of targets) body.signal(name)
    return true
  }

  /** Sends a signal to the members of a process group, if there are any. */
  signalGroup(pgid: number, signal: NodeJS.Signals): void {
    for (const body of this.#live()) if (body.pgid === pgid) body.signal(signal)
  }

  /** Kills all that a process has started and that lives, however it tried to escape. */
  killDescendants(body: Body): void {
    for (const child of body.children) {
      child.signal('SIGKILL')
      this.killDescendants(child)
    }
  }

  close(): void {
    for (const body of this.#live()) body.end(null, 'SIGKILL')
    this.#targets.clear()
  }

  /** One that says so. */
  #refused(
    request: Pick<ChildRequest, 'file' | 'args' | 'options'>,
    { errno, code }: RefusedStart,
  ): SimulatedChild {
    const child = this.#child({ ...request, withoutPipes: code === 'EMFILE' }, undefined, NOWHERE)
    const source = new Source(this.#world.nextPid(), () => request.file)
    child.refuse(errno, code, (fd, end) => {
      source.hold('end', end, fd)
      this.#world.announce(source)
    })
    return child
  }

  /** Starts a program that says a few words and ends. */
  #begin(child: SimulatedChild, name: string, { detached = false }: SpawnOptions, speak: () => Saying): void {
    const program = { answers: () => false, signal() {}, ended() {} }
    const body = new Body(this.#world, program, { name, parent: child, detached })
    this.#bodies.set(body.pid, body)
    child.begin(body)
    body.later(() => {
      const { fd, text, exitCode } = speak()
      if (text !== '') body.write(fd, text)
      body.end(exitCode, null)
    })
  }

  /** What is run by a command that starts no agent; undefined: the system finds nothing. */
  #tool({ program, words, by }: Command): (() => Saying) | undefined {
    const tool = TOOLS[path.basename(program)]
    if (by !== 'node' && tool) return () => tool(words, [...this.processes, OURSELVES])
    return by === 'system' ? undefined : () => NOTHING_THERE[by](program)
  }

  #child(
    request: Pick<ChildRequest, 'file' | 'args' | 'options' | 'withoutPipes'>,
    attempt: Attempt | undefined,
    input: ConstructorParameters<typeof SimulatedChild>[1],
  ): SimulatedChild {
    return new SimulatedChild(
      {
        file: request.file,
        args: request.args,
        options: request.options,
        withoutPipes: request.withoutPipes,
        clock: this.#world.clock,
        onSignal: (signal) => attempt?.signalled(signal),
        onExit: (exitCode, signal) => {
          attempt?.exited({ exitCode, signal })
          this.#live()
        },
      },
      input,
    )
  }

  /** Forgets those that are gone. */
  #live(): Body[] {
    const live: Body[] = []
    const add = (body: Body): boolean => {
      if (body.isAlive) live.push(body)
      const below = [...body.children].map(add)
      return body.isAlive || below.includes(true)
    }
    for (const [pid, body] of this.#bodies) if (!add(body)) this.#bodies.delete(pid)
    return live
  }
}

const WAYS: Readonly<Record<Command['by'], Way>> = { system: 'file', shell: 'shell', node: 'module' }

/** A module is no program, and a program no module. */
function assertWay({ id, file, module }: CommandTarget, { program, by }: Command): void {
  if (by === 'node' ? program === module : program === file) return
  const [is, wants, use] =
    by === 'node'
      ? ['an executable', 'Node runs modules', 'module']
      : ['a module', 'the system runs executables', 'file']
  throw unsupported(
    `${program} is ${is}, and ${wants}`,
    `Use the \`${use}\` of the command of "${id}", which is ${by === 'node' ? module : file}`,
    { program },
  )
}

/** An error as Node makes it of one of the system. */
export function systemError(syscall: string, { code, errno }: { code: string; errno: number }): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { errno, code, syscall })
}
