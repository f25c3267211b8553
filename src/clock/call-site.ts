import { AsyncResource } from 'node:async_hooks'

type AnyFunction = (...args: never[]) => unknown

const STACK_FRAMES = 12

/** An error whose stack begins at the caller of `below`. It is put into words only when somebody looks. */
export function siteOf(below: AnyFunction): Error {
  const { stackTraceLimit } = Error
  // Not the whole stack, and then a part of it once more.
  Error.stackTraceLimit = 0
  const site = new Error('set here')
  Error.stackTraceLimit = STACK_FRAMES
  Error.captureStackTrace(site, below)
  Error.stackTraceLimit = stackTraceLimit
  return site
}

/** The function as Node would call it: in the asynchronous context of this moment, and with its timer as `this`. */
export function boundHere(run: AnyFunction, timer: () => unknown): AnyFunction {
  // What is no function is refused by whom it is handed to.
  if (typeof run !== 'function') return run
  const context = new AsyncResource('VirtualTimer', { requireManualDestroy: true })
  return (...args) => context.runInAsyncScope(run as (...given: unknown[]) => unknown, timer(), ...args)
}
