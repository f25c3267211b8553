import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { getSystemErrorName } from 'node:util'

import { systemCode } from '../errors.ts'
import { ENV } from '../protocol/frames.ts'
import type { Hello } from '../protocol/host-session.ts'
import { aroundStart, type Start, type StartRequest, watchStarts } from '../starts.ts'
import { Attempt } from './attempt.ts'
import { ForeignAttempts, type ForeignContext } from './foreign-attempts.ts'
import { PREPARED } from './launcher-script.ts'
import { obstacleOf, refuse, type Refusal, type Way } from './refusal.ts'
import { type ProcessInfo, processTable } from './table/index.ts'

/** What identifies the starts of one command. */
export interface CommandTarget {
  readonly id: string
  readonly file: string
  /** The arguments without which `file` is another program: those of Windows, where a command has no file of its own. */
  readonly args: readonly string[]
  readonly module: string | undefined
  readonly socket: string
}

/** @internal What the starts of commands share with their test. */
export interface CommandStartsContext extends ForeignContext {
  readonly mark: string
}

/** The start of an agent that this process is about to make. */
interface AgentStart {
  readonly child: ChildProcess
  readonly attempt: Attempt
  readonly way: Way
  readonly request: StartRequest
  readonly start: Start
}

/**
 * Numbers the agents that are started by commands: in the order of their starts where this process starts them, through
 * whatever library, and in the order of their hellos where another one does.
 */
export class CommandStarts {
  readonly #context: CommandStartsContext
  readonly #foreign: ForeignAttempts
  readonly #targets: CommandTarget[] = []
  /** Started by this process, and no hello yet, by pid. What one said just before its end may be read after that. */
  readonly #awaited = new Map<number, Pick<AgentStart, 'child' | 'attempt'>>()
  #unwatch: (() => void) | undefined

  constructor(context: CommandStartsContext) {
    this.#context = context
    this.#foreign = new ForeignAttempts(context)
  }

  add(target: CommandTarget): void {
    this.#targets.push(target)
    this.#unwatch ??= watchStarts((child) =>
      aroundStart(child, (request, start) => this.#start(child, request, start)),
    )
  }

  /** The attempt of the process that says hello, which is this one if it is one of the test's. */
  claim(hello: Hello, process: ProcessInfo | undefined): Attempt {
    const pid = this.#startedAs(hello, process)
    const started = pid === undefined ? undefined : this.#awaited.get(pid)
    if (pid === undefined || !started) return this.#foreign.begin(hello.id, process)
    this.#awaited.delete(pid)
    return started.attempt
  }

  /** Whether the process that says hello is one that this process has started, so that its attempt has its number already. */
  isNumbered(hello: Hello, process: ProcessInfo | undefined): boolean {
    return this.#startedAs(hello, process) !== undefined
  }

  /** The start that this process has made as `pid`, and that has not said hello. */
  startOf(pid: number): Attempt | undefined {
    return this.#awaited.get(pid)?.attempt
  }

  /** Numbers no more starts, and tells of no more exits. */
  close(): void {
    this.#foreign.close()
    this.#unwatch?.()
    this.#unwatch = undefined
    this.#targets.length = 0
  }

  #start(child: ChildProcess, request: StartRequest, start: Start): number {
    if (isOurs(request, this.#context.mark)) return start(request)
    for (const target of this.#targets) {
      const way = wayOf(request, target)
      if (way !== undefined) return this.#startAgent(child, target, way, request, start)
    }
    return start(request)
  }

  #startAgent(
    child: ChildProcess,
    target: CommandTarget,
    way: Way,
    request: StartRequest,
    start: Start,
  ): number {
    const attempt = new Attempt(target.id, this.#context)
    try {
      const error = this.#launch({ child, attempt, way, request, start })
      if (error < 0) {
        attempt.spawnFailed(getSystemErrorName(error))
        disarm(child)
      } else {
        this.#awaited.set(Number(child.pid), { child, attempt })
        attempt.spawned(child)
      }
      return error
    } catch (error) {
      attempt.spawnFailed(systemCode(error) ?? 'UNKNOWN')
      throw error
    }
  }

  #launch(agent: AgentStart): number {
    const { attempt, way, request, start } = agent
    const { refusal } = attempt
    if (refusal === undefined) return this.#startConfined(agent)
    const obstacle = obstacleOf(way, refusal)
    if (obstacle !== undefined) {
      attempt.cannotRefuse(obstacle)
      return start(request)
    }
    return startRefused(agent, refusal)
  }

  #startConfined({ child, attempt, way, request, start }: AgentStart): number {
    const confined = attempt.confine(this.#context.runtimeDir)
    const { file, args, envPairs } = request
    if (Array.isArray(envPairs)) {
      // The launcher may be ready for another start before it is read for this one.
      if (way !== 'module' && process.platform !== 'win32') envPairs.push(`${PREPARED}=1`)
      for (const [key, value] of Object.entries(confined?.env ?? {})) envPairs.push(`${key}=${value}`)
    }
    const [first] = confined?.command ?? []
    if (!confined || first === undefined) return start(request)
    request.file = first
    request.args = [...confined.command, file, ...(Array.isArray(args) ? args.slice(1) : [])]
    const error = start(request)
    Object.assign(child, { spawnfile: file, spawnargs: args })
    return error
  }

  /** As which of the awaited processes that one was started which says hello. */
  #startedAs({ id, pid }: Hello, known: ProcessInfo | undefined): number | undefined {
    // A shell may be in between.
    for (let at: number | undefined = pid; at !== undefined && at > 1;) {
      const info: ProcessInfo | undefined = at === pid && known ? known : processTable.get(at)
      const awaited = this.#awaited.get(at)
      if (awaited && info && isAnother(info, awaited.child)) this.#awaited.delete(at)
      else if (awaited?.attempt.agent === id) return at
      if (at === process.pid) return undefined
      at = info?.ppid
    }
    return undefined
  }
}

/** Whether the live process is a later one than the child that had its pid. */
function isAnother({ ppid }: ProcessInfo, { exitCode, signalCode }: ChildProcess): boolean {
  // Of an exit that is held it is not known yet.
  return exitCode !== null || signalCode !== null || ppid !== process.pid
}

function startRefused({ child, attempt, request, start }: AgentStart, refusal: Refusal): number {
  const { file, args } = request
  const impossible = (reason: string): void => attempt.cannotRefuse(reason)
  const refused = refuse(refusal, `${attempt.place}-${refusal}`, impossible)
  if (!refused) return start(request)
  if (refused.file !== undefined) request.file = refused.file
  if (refused.cwd !== undefined) request.cwd = refused.cwd
  if (refused.args) request.args = [...(Array.isArray(args) ? args : []), ...refused.args]
  try {
    return refused.within(() => start(request), impossible)
  } finally {
    refused.undo()
    // The error event names what the starter asked for.
    Object.assign(child, { spawnfile: file, spawnargs: args })
  }
}

/** Whether this starts an agent of a spawner, or a supervisor of the test: each has a mark of its own below the test's. */
function isOurs({ envPairs }: StartRequest, mark: string): boolean {
  return Array.isArray(envPairs) && envPairs.some((pair) => String(pair).startsWith(`${ENV.mark}=${mark}.`))
}

/** How this request starts the command; undefined if it does not, such as one that only hands the command to a supervisor. */
function wayOf({ file, args, envPairs }: StartRequest, target: CommandTarget): Way | undefined {
  const words = Array.isArray(args) ? args.map(String) : []
  if (target.module !== undefined && scriptOf(words) === target.module) return 'module'
  if (process.platform === 'win32') {
    const socket = `${ENV.socket}=${target.socket}`
    const same = file === target.file && target.args.every((arg, index) => words[index + 1] === arg)
    return same && Array.isArray(envPairs) && envPairs.includes(socket) ? 'file' : undefined
  }
  if (file === target.file) return 'file'
  const line = /^-\w*c$/.test(words[1] ?? '') && isShell(String(file)) ? words[2] : undefined
  return line !== undefined && runs(line, target.file) ? 'shell' : undefined
}

function isShell(file: string): boolean {
  return /^(?:a|ba|da|k|z|fi)?sh$/.test(path.basename(file))
}

/** Options of Node after which another word belongs to them. */
const WITH_VALUE = /^(?:-r|-C|--(?:require|import|loader|experimental-loader|conditions))$/

/** The script that Node is given to run, if these are its arguments: the first word that is no option. */
function scriptOf(words: readonly string[]): string | undefined {
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? ''
    if (!word.startsWith('-')) return word
    if (WITH_VALUE.test(word)) at++
  }
  return undefined
}

/** What may come before a command in a line of a shell: another command's end, variables, and programs that become it. */
const BEFORE = /(?:^|[;&|({\n]|\b(?:exec|command|env|nohup|nice|setsid|time|then|do))\s*(?:\w+=\S*\s+)*['"]?$/

/** Whether the line runs this file, and does not only mention it. */
function runs(line: string, file: string): boolean {
  for (let at = line.indexOf(file); at !== -1; at = line.indexOf(file, at + 1)) {
    const next = line[at + file.length]
    if ((next === undefined || /[\s'";&|)<>]/.test(next)) && BEFORE.test(line.slice(0, at))) return true
  }
  return false
}

/**
 * Node, in all versions up to 26 at least, sends signals of a child that could not be started to whatever process has the
 * number that happens to be in memory, 0 for its own group included, until the child's `error` event.
 */
function disarm(child: ChildProcess): void {
  Object.defineProperty(child, 'kill', { configurable: true, writable: true, value: () => false })
}
