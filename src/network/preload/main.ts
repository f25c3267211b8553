import type { PreloadOptions } from '../frames.ts'
import { wrapChildren } from './children.ts'
import { wrapConnect } from './connect.ts'
import { Control } from './control.ts'
import { wrapDatagrams } from './datagram.ts'
import { Inheritance } from './inheritance.ts'
import { wrapLookup } from './lookup.ts'
import { wrapResolve } from './resolve.ts'
import { Trust } from './trust.ts'
import { slowTicks } from './undici-ticks.ts'
import { wrapWorkers } from './workers.ts'

/**
 * Has this process's connections go where the gateway of its test says. Nothing is read or connected before the process
 * wants to reach something.
 */
export function start(options: PreloadOptions): void {
  try {
    const control = new Control(options.control)
    wrapConnect(control, new Trust(options.ca))
    wrapLookup(control)
    wrapResolve(control)
    wrapDatagrams(control)
    const inheritance = new Inheritance(options)
    wrapChildren(inheritance)
    wrapWorkers(inheritance)
    slowTicks()
  } catch (cause) {
    throw new Error(
      `The network of the test (vitest-supervise, ${options.file}) could not be set up in process ${process.pid}. ` +
        'Without it the process could reach the real one, so it ends here.',
      { cause },
    )
  }
}
