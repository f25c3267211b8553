import { crash, crashFacts } from './catalogue/crash.ts'
import { hang, hangFacts } from './catalogue/hang.ts'
import { socket, socketFacts } from './catalogue/socket.ts'
import { start, startFacts } from './catalogue/start.ts'
import { stop, stopFacts } from './catalogue/stop.ts'
import type { FaultFacts } from './make.ts'

export type { Fault, FaultFacts } from './make.ts'

/**
 * The faults. Each throws `ERR_OPTION_INVALID`, which names the argument, for what cannot be meant. All strike at `ready`
 * unless said otherwise; which agent, attempt and point they strike is said to `FaultPlan.inject`.
 */
export const fault = Object.freeze({ ...start, ...crash, ...hang, ...stop, ...socket })

/** What there is to know of each of them. */
export const faultFacts: Readonly<Record<string, FaultFacts>> = Object.freeze({
  ...startFacts,
  ...crashFacts,
  ...hangFacts,
  ...stopFacts,
  ...socketFacts,
})
