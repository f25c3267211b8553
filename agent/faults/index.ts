import { crash } from './crash.ts'
import { hang } from './hang.ts'
import { socket } from './socket.ts'
import { start } from './start.ts'
import { stop } from './stop.ts'
import type { Fault } from './stage.ts'

/** The fault of this name, if this system can play it. */
export function findFault(name: string): Fault | undefined {
  return faults.get(name)
}

/** The names of all faults that this system can play: what `hello` says under `can`. */
export function faultNames(): string[] {
  return [...faults.keys()]
}

const faults: ReadonlyMap<string, Fault> = new Map(
  Object.entries({ ...start, ...crash, ...hang, ...stop, ...socket }),
)
