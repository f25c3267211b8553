import type { PreloadOptions } from '../frames.ts'
import { whenLoaded } from './builtins.ts'
import { wrapChildren, wrapExecve } from './children.ts'
import { wrapConnect } from './connect.ts'
import { Control } from './control.ts'
import { wrapDatagrams } from './datagram.ts'
import { Inheritance } from './inheritance.ts'
import { wrapLookup, wrapLookupPromise } from './lookup.ts'
import { wrapResolve, wrapResolvePromise } from './resolve.ts'
import { Trust } from './trust.ts'
import { wakeUndici } from './undici-timers.ts'
import { wrapWorkers } from './workers.ts'

/**
 * Has this process's connections go where the gateway of its test says. Nothing is read, connected or loaded before the
 * process wants to reach something.
 */
export function start(options: PreloadOptions): void {
  const control = new Control(options.control)
  const trust = new Trust(options.ca)
  const inheritance = new Inheritance(options)
  const orSay = (wrap: () => void) => (): void => {
    try {
      wrap()
    } catch (cause) {
      throw new Error(
        `The network of the test (vitest-supervise, ${options.file}) could not be set up in process ${process.pid}. ` +
          'Without it the process could reach the real one, so it ends here.',
        { cause },
      )
    }
  }
  whenLoaded({
    net: orSay(() => {
      wrapConnect(control)
      // undici has no timers before it has connections.
      wakeUndici(control)
    }),
    tls: orSay(() => trust.wrap()),
    dns: orSay(() => {
      wrapLookup(control)
      wrapResolve(control)
    }),
    'internal/dns/promises': orSay(() => {
      wrapLookupPromise(control)
      wrapResolvePromise(control)
    }),
    dgram: orSay(() => wrapDatagrams(control)),
    child_process: orSay(() => wrapChildren(inheritance)),
    worker_threads: orSay(() => wrapWorkers(inheritance)),
  })
  wrapExecve(inheritance)
}
