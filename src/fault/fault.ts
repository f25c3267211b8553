import { confinement, confinementFacts } from './catalogue/confinement.ts'
import { crash, crashFacts } from './catalogue/crash.ts'
import { filesystem, filesystemFacts } from './catalogue/filesystem.ts'
import { hang, hangFacts } from './catalogue/hang.ts'
import { limits, limitsFacts } from './catalogue/limits.ts'
import { output, outputFacts } from './catalogue/output.ts'
import { socket, socketFacts } from './catalogue/socket.ts'
import { start, startFacts } from './catalogue/start.ts'
import { stop, stopFacts } from './catalogue/stop.ts'
import { tree, treeFacts } from './catalogue/tree.ts'
import { defineFault } from './define.ts'
import type { FaultFacts } from './make.ts'

export type { FaultDefinition, FaultOf } from './define.ts'
export type { Fault, FaultFacts } from './make.ts'

const catalogue = {
  ...start,
  ...crash,
  ...hang,
  ...stop,
  ...output,
  ...socket,
  ...filesystem,
  ...tree,
  ...limits,
  ...confinement,
}

/**
 * The faults. Each throws `ERR_OPTION_INVALID`, which names the argument, for what cannot be meant. All strike at `ready`
 * unless said otherwise; which agent, attempt and point they strike is said to `FaultPlan.inject`.
 */
export const fault = Object.freeze({ ...catalogue, define: defineFault(Object.keys(catalogue)) })

/** What there is to know of each of them. */
export const faultFacts: Readonly<Record<string, FaultFacts>> = Object.freeze({
  ...startFacts,
  ...crashFacts,
  ...hangFacts,
  ...stopFacts,
  ...outputFacts,
  ...socketFacts,
  ...filesystemFacts,
  ...treeFacts,
  ...limitsFacts,
  ...confinementFacts,
})
