import { SuperviseError } from '../errors.ts'
import { type Fault, faultFacts } from './fault.ts'
import { lackOf } from './needs.ts'
import { assertSystemCall } from './system-calls.ts'
import { assertFault } from './where.ts'

/** Whether a fault can happen on this machine, and if not, why, as the end of a sentence that says what helps. */
export type FaultSupport =
  | { readonly supported: true }
  | { readonly supported: false; readonly reason: string }

/**
 * Asks the machine whether a fault can happen here, by trying out what it needs: once in a process, which blocks it for some ms.
 * Throws `ERR_OPTION_INVALID` for what is no fault.
 */
export function faultSupport(fault: Fault): FaultSupport {
  assertFault(fault, 'faultSupport')
  const reason = reasonAgainst(fault)
  return reason === undefined ? { supported: true } : { supported: false, reason }
}

/** What `inject` and `trigger` throw for a fault that cannot happen here. Throws itself for a system call that there is not. */
export function refusalByMachine(fault: Fault): SuperviseError | undefined {
  const support = faultSupport(fault)
  if (!support.supported) return unavailableError(fault, support.reason)
  assertSystemCall(fault)
  return undefined
}

function unavailableError(fault: Fault, reason: string): SuperviseError {
  return new SuperviseError(
    'ERR_FAULT_UNAVAILABLE',
    `The fault ${fault.text} cannot happen on this machine: ${reason}. Run the test where it can, or ask ` +
      '`faultSupport(fault)` first.',
    { fault: fault.text, reason },
  )
}

function reasonAgainst({ name }: Fault): string | undefined {
  const facts = faultFacts[name]
  if (!facts) return undefined
  if (!facts.on.includes(process.platform)) {
    return `it happens on ${facts.on.join(' and ')}, and this is ${process.platform}`
  }
  return facts.needs?.map(lackOf).find((lack) => lack !== undefined)
}
