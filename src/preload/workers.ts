import type { WorkerOptions } from 'node:worker_threads'

import { builtin } from './builtins.ts'
import type { Inheritance } from './inheritance.ts'

/**
 * Has threads load it, too, that are given an environment of their own: Node reads `NODE_OPTIONS` from it, and takes what
 * this thread was started with only if neither that nor `execArgv` is given.
 */
export function wrapWorkers(inheritance: Inheritance): void {
  const workerThreads = builtin('node:worker_threads')
  const Original = workerThreads.Worker
  class Worker extends Original {
    constructor(file: string | URL, options?: WorkerOptions) {
      super(file, withEnvironment(options, inheritance))
    }
  }
  // What is minified has lost it.
  Object.defineProperty(Worker, 'name', { value: Original.name, configurable: true })
  workerThreads.Worker = Worker
}

function withEnvironment(options: WorkerOptions | undefined, inheritance: Inheritance): WorkerOptions {
  const { env, execArgv } = options ?? {}
  const own = typeof env === 'object' && env !== null
  if (!options || (!own && (env != null || execArgv == null))) return options as WorkerOptions
  const whole = inheritance.completed(own ? env : process.env)
  return whole ? { ...options, env: whole } : options
}
