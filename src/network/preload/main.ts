import type { PreloadOptions } from '../frames.ts'
import { whenLoaded } from '../../preload/builtins.ts'
import { wrapChildren, wrapExecve } from '../../preload/children.ts'
import { Inheritance } from '../../preload/inheritance.ts'
import { wrapWorkers } from '../../preload/workers.ts'
import { wrapConnect } from './connect.ts'
import { Control } from './control.ts'
import { wrapDatagrams } from './datagram.ts'
import { wrapLookup, wrapLookupPromise } from './lookup.ts'
import { wrapResolve, wrapResolvePromise } from './resolve.ts'
import { Trust } from './trust.ts'
import { takeOwnProxies } from './own-proxies.ts'
import { shareProxies } from './shared-proxies.ts'
import { wakeUndici } from './undici-timers.ts'

/**
 * Has this process's connections go where the gateway of its test says. Nothing is read, connected or loaded before the
 * process wants to reach something.
 */
export function start(options: PreloadOptions): void {
  const control = new Control(options.control)
  const trust = new Trust(options.ca)
  // Its own copy: the program may take its environment apart.
  const { SUPERVISE_AGENT, SUPERVISE_MARK } = process.env
  const proxies = takeOwnProxies(options.env, process.env)
  const inheritance = new Inheritance(options.file, {
    ...options.env,
    ...proxies,
    SUPERVISE_AGENT,
    SUPERVISE_MARK,
  })
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
    worker_threads: orSay(() => {
      inheritance.adopt(shareProxies(proxies))
      wrapWorkers(inheritance)
    }),
  })
  wrapExecve(inheritance)
}
