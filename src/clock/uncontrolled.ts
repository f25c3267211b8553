import { type AsyncHook, createHook, type HookCallbacks } from 'node:async_hooks'
import { fileURLToPath } from 'node:url'

import { packageRoot } from '../package-root.ts'
import { isSettingTimer } from '../real-time.ts'

/** A timer of Node's own that runs in real time though time is virtual. */
export interface UncontrolledTimer {
  /** Whose it is: `AbortSignal.timeout`, `socket.setTimeout`, `fs.watchFile`, the option of a spawn, or a captured function. */
  readonly what: string
  /** How long it was set for, in milliseconds, when it was first seen. */
  readonly ms: number | undefined
  /** The lines of the stack that lead to it, the nearest first, without those of Node, Vitest and this package. */
  readonly stack: string
  /** How many have been set there. */
  readonly count: number
}

/** `captured` names no part of Node: somebody kept the function itself. */
const CAPTURED = 'a timer function captured before the clock was installed'
const DEPTH = 100
const SHOWN = 8

/**
 * Notices every real timer that is set between `start()` and `stop()`, and names who has set it. Those that Vitest and this
 * package set for themselves, and those that Node sets without being asked, such as for its HTTP server, are left out.
 *
 * While it is on, every promise costs some 50 ns more; nothing where Node knows `trackPromises`, as the latest 24 does.
 */
export class UncontrolledTimers {
  readonly #hook: AsyncHook
  readonly #onFound: ((timer: UncontrolledTimer) => void) | undefined
  readonly #found = new Map<string, UncontrolledTimer>()

  /** @param onFound called once for each place, while the timer is being set. It must not throw: Node would end. */
  constructor(onFound?: (timer: UncontrolledTimer) => void) {
    this.#onFound = onFound
    const init = (_id: number, type: string, _trigger: number, resource: object): void => {
      if (type === 'Timeout' && !isSettingTimer()) this.#see(resource, init)
      else if (type === 'STATWATCHER') this.#see(resource, init)
    }
    const callbacks: HookCallbacks & { trackPromises: boolean } = { init, trackPromises: false }
    this.#hook = createHook(callbacks)
  }

  /** One for each place that has set any, in the order in which they were seen. */
  get found(): readonly UncontrolledTimer[] {
    return [...this.#found.values()]
  }

  start(): void {
    this.#hook.enable()
  }

  stop(): void {
    this.#hook.disable()
  }

  /**
   * Notes a wait of `ms` that is no timer of Node's.
   * @param below what is above it on the stack is ours
   */
  note(what: string, ms: number, below: (...args: never[]) => unknown): void {
    const stack = stackOf(callersOf(below))
    if (stack !== '') this.#add(what, ms, stack)
  }

  #see(resource: object, below: (...args: never[]) => void): void {
    const origin = originOf(callersOf(below))
    if (!origin) return
    const ms = '_idleTimeout' in resource ? Number(resource._idleTimeout) : NaN
    this.#add(origin.what, ms >= 0 ? ms : undefined, origin.stack)
  }

  #add(what: string, ms: number | undefined, stack: string): void {
    const key = `${what}\n${stack}`
    const known = this.#found.get(key)
    if (known) {
      this.#found.set(key, { ...known, count: known.count + 1 })
      return
    }
    const timer = { what, ms, stack, count: 1 }
    this.#found.set(key, timer)
    this.#onFound?.(timer)
  }
}

interface Frame {
  /** As the stack shows it. */
  readonly line: string
  /** Of the function, without its object; empty if it has none. */
  readonly name: string
  /** A path, what begins with `node:`, or a program that is in no file. Undefined for functions of the language. */
  readonly file: string | undefined
}

function callersOf(below: (...args: never[]) => void): Frame[] {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = DEPTH
  try {
    const holder: { stack?: unknown } = {}
    Error.captureStackTrace(holder, below)
    return String(holder.stack)
      .split('\n')
      .filter((line) => /^\s*at /.test(line))
      .map(frameOf)
  } catch {
    return [] // Whoever formats stacks has failed; a throw from here would end the process.
  } finally {
    Error.stackTraceLimit = limit
  }
}

/** `at name (file:1:2)`, `at Object.name [as alias] (…)`, `at async file:1:2`. */
function frameOf(line: string): Frame {
  const text = line.trim().replace(/^at (async )?/, '')
  const open = text.endsWith(')') ? text.lastIndexOf(' (') : -1
  const place = (open === -1 ? text : text.slice(open + 2, -1)).replace(/:\d+:\d+$/, '')
  const name = open === -1 ? '' : (text.slice(0, open).split(' [as ')[0]?.split('.').at(-1) ?? '')
  return { line, name, file: fileAt(place) }
}

function fileAt(place: string): string | undefined {
  if (place.startsWith('file://')) return fileURLToPath(place)
  return /^(node:|\/|[A-Za-z]:[\\/]|\[(eval|stdin)\])/.test(place) ? place : undefined
}

function originOf(frames: readonly Frame[]): { what: string; stack: string } | undefined {
  const outside = frames.findIndex(({ file }) => file !== undefined && !file.startsWith('node:'))
  if (outside === -1) return askedBefore(frames)
  const inside = frames.slice(0, outside).filter(({ file }) => file !== undefined && !TIMERS.test(file))
  const what = apiOf(inside)
  const others = frames.slice(outside).filter(({ file }) => file !== undefined && !file.startsWith('node:'))
  // Whoever calls an interface of Node for others passes their wish on; whoever keeps a timer function uses it himself.
  const asker = what === CAPTURED ? others[0] : others.find(({ file }) => !isOwn(file))
  if (!what || !asker || isOwn(asker.file) || RUNNER.test(asker.file ?? '')) return undefined
  return { what, stack: stackOf(others) }
}

/** Of what Node sets as soon as there is a connection, because somebody has asked for it before. */
function askedBefore(frames: readonly Frame[]): { what: string; stack: string } | undefined {
  const [setter, by] = frames.filter(({ file }) => file !== undefined && !TIMERS.test(file))
  if (setter?.file !== 'node:internal/stream_base_commons') return undefined
  if (by?.file === 'node:_http_client') return { what: 'setTimeout of an HTTP request', stack: '' }
  const isServers = by?.file === 'node:_http_server' && by.name === 'connectionListenerInternal'
  return isServers ? { what: 'setTimeout of an HTTP server', stack: '' } : undefined
}

/** What is shown of it. */
function stackOf(frames: readonly Frame[]): string {
  const shown = frames.filter(
    ({ file }) => file !== undefined && !file.startsWith('node:') && !isOwn(file) && !RUNNER.test(file),
  )
  return shown
    .slice(0, SHOWN)
    .map(({ line }) => line)
    .join('\n')
}

/** The interface of Node that these frames, the innermost first, belong to. Undefined: one that nobody has asked for a timer. */
function apiOf(frames: readonly Frame[]): string | undefined {
  if (frames.length === 0) return CAPTURED
  const within = (module: string): Frame[] => frames.filter(({ file }) => file === `node:${module}`)
  if (within('internal/abort_controller').length > 0) return 'AbortSignal.timeout'
  if (within('fs').some(({ name }) => name === 'watchFile')) return 'fs.watchFile'
  const spawning = within('child_process').findLast(({ name }) => name !== '')
  if (spawning) return `the option \`timeout\` of ${spawning.name}`
  if (within('internal/stream_base_commons').length === 0) return undefined
  // Node's HTTP agent has a time limit by default; that of a request comes by another way.
  const isAgents = within('net').some(({ name }) => name === 'connect') && within('_http_agent').length > 0
  return isAgents ? undefined : 'socket.setTimeout'
}

/** The modules of Node through which every timer goes. */
const TIMERS = /^node:(internal\/async_hooks|(internal\/)?timers(\/promises)?)$/

/** Vitest, and the clock that it and we are built on. */
const RUNNER =
  /[\\/]node_modules[\\/](vitest|@vitest[\\/][^\\/]+|tinypool|vite|@sinonjs[\\/]fake-timers)[\\/]/

let own: readonly string[] | undefined

function isOwn(file = ''): boolean {
  own ??= ['src', 'fixtures', 'dist'].map((folder) => `${packageRoot()}/${folder}/`)
  const path = file.replaceAll('\\', '/')
  return own.some((folder) => path.startsWith(folder.replaceAll('\\', '/')))
}
