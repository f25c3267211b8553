import { builtin } from './builtins.ts'
import type { Inheritance } from './inheritance.ts'

type Any = (this: unknown, ...args: unknown[]) => unknown

/**
 * Has the children of this process load it, too, with whatever environment the program starts them.
 */
export function wrapChildren(inheritance: Inheritance): void {
  const { ChildProcess } = builtin('node:child_process')
  wrapSpawn(ChildProcess.prototype as unknown as { spawn: Any }, inheritance)
  // These go round `ChildProcess`.
  wrapSynchronousStarts((environment) => inheritance.completed(environment))
}

type Completion = (environment: NodeJS.ProcessEnv) => NodeJS.ProcessEnv | undefined

/**
 * Changes the environment of what is started and waited for by one call.
 * @param complete gives back the whole environment, or undefined if it is to stay as it is
 * @param around has the call happen
 */
export function wrapSynchronousStarts(
  complete: Completion,
  around: (name: string, start: () => unknown) => unknown = (_name, start) => start(),
): void {
  const module = builtin('node:child_process') as unknown as Record<string, Any>
  for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
    const original = wrapped(module[name] as Any, (args) => {
      const at = name === 'execSync' || isOptions(args[1]) ? 1 : 2
      return withOptions(args, at, complete)
    })
    const wrapper: Any = function (...args) {
      return around(name, () => Reflect.apply(original, this, args))
    }
    module[name] = Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(original))
  }
}

/** All that `spawn`, `exec`, `execFile`, `fork`, clusters and test runners start. */
function wrapSpawn(prototype: { spawn: Any }, inheritance: Inheritance): void {
  prototype.spawn = wrapped(prototype.spawn, (args) => {
    const [options] = args as [{ envPairs?: unknown } | undefined]
    if (!Array.isArray(options?.envPairs)) return args
    const pairs = options.envPairs as string[]
    const missing = inheritance.missing(fromPairs(pairs))
    const kept = pairs.filter((pair) => missing[nameOf(pair)] === undefined)
    options.envPairs = [...kept, ...Object.entries(missing).map(([name, value]) => `${name}=${value}`)]
    return args
  })
}

/** Replaces the process by another one. Newer versions of Node have it. */
export function wrapExecve(inheritance: Inheritance): void {
  const { execve } = process as unknown as { execve?: Any }
  if (!execve) return
  Object.assign(process, {
    execve: wrapped(execve, ([file, list, environment]) => {
      const given = (environment ?? process.env) as NodeJS.ProcessEnv
      return [file, list, inheritance.completed(given) ?? given]
    }),
  })
}

function withOptions(args: readonly unknown[], at: number, complete: Completion): readonly unknown[] {
  const options = args[at]
  if (options != null && !isOptions(options)) return args
  const env = complete((options?.env as NodeJS.ProcessEnv | undefined) ?? process.env)
  if (!env) return args
  const whole = [...args]
  whole[at] = { ...options, env }
  return whole
}

function isOptions(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The function with other arguments, and all that it is known by. */
function wrapped(original: Any, change: (args: readonly unknown[]) => readonly unknown[]): Any {
  const wrapper: Any = function (...args) {
    return Reflect.apply(original, this, change(args))
  }
  return Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(original))
}

function fromPairs(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => [nameOf(pair), pair.slice(nameOf(pair).length + 1)] as const))
}

function nameOf(pair: string): string {
  const end = pair.indexOf('=', 1)
  return end === -1 ? pair : pair.slice(0, end)
}
