import { SuperviseError } from '../errors.ts'
import { isConfinement } from '../process/confinement/index.ts'
import type { AttemptRecord } from './attempt-record.ts'
import type { Fault } from './fault.ts'
import type { Rule } from './rule.ts'
import { type Point, pointText } from './where.ts'

/** How messages call an attempt. */
export function nameOf({ agent, number }: AttemptRecord): string {
  return `agent "${agent}" (attempt ${number})`
}

/** Whether it comes to points of this kind, as far as faults go. */
export function knowsPoint({ points }: AttemptRecord, at: Point | undefined): boolean {
  return typeof at !== 'object' || !('write' in at) || points.includes('write')
}

export function unsupportedError(fault: Fault, record: AttemptRecord): SuperviseError {
  return new SuperviseError(
    'ERR_FAULT_UNSUPPORTED',
    `The fault ${fault.text} cannot be played: ${nameOf(record)} ${abilities(record, fault)}.`,
    { ...factsOf(fault, record), can: record.can },
  )
}

/** The agent has said why it cannot. */
export function failedError(fault: Fault, record: AttemptRecord, reason: string): SuperviseError {
  return new SuperviseError(
    'ERR_FAULT_UNSUPPORTED',
    `The fault ${fault.text} cannot be played: ${nameOf(record)} says: ${reason}.`,
    { ...factsOf(fault, record), reason },
  )
}

/** What it can play, and not this, as the end of a sentence. */
export function abilities({ can }: AttemptRecord, fault: Fault): string {
  if (can === undefined) return 'has said no hello: a program plays faults only if it speaks the protocol'
  if (can.includes(fault.name)) return 'does not count its writes: `points` of its hello does not name them'
  return can.length === 0 ? 'says that it can play no faults' : `can play only ${can.join(', ')}`
}

export function readyError(fault: Fault, record: AttemptRecord): SuperviseError {
  return new SuperviseError(
    'ERR_FAULT_TOO_LATE',
    `The fault ${fault.text} strikes before ready, and ${nameOf(record)} is ready already. Inject it before the agent is ` +
      'started.',
    factsOf(fault, record),
  )
}

export function exitedError(fault: Fault, record: AttemptRecord): SuperviseError {
  return new SuperviseError(
    'ERR_AGENT_EXITED',
    `${nameOf(record)} exited and had not confirmed the fault ${fault.text}. Something else ended it: its output says ` +
      'more.',
    factsOf(fault, record),
  )
}

/** All attempts that the rule names are past its point. @param record the last of them, which says what can be done instead */
export function tooLateError(
  { fault, place }: Rule,
  agent: string,
  record: AttemptRecord | undefined,
): SuperviseError {
  const isPrepared = fault.at === 'spawn' || isConfinement(fault.name)
  const playsNow =
    !isPrepared && record?.isLive && !record.lacks(fault) && !(fault.at === 'start' && record.isReady)
  const now = playsNow ? `\`faults.trigger(fault.${fault.text}, { agent: '${agent}' })\` plays it now, ` : ''
  const later = isPrepared
    ? '`attempts` takes a later attempt'
    : '`at` takes a later point, and `attempts` a later attempt'
  return new SuperviseError(
    'ERR_FAULT_TOO_LATE',
    `The fault ${fault.text} comes too late to strike ${pointText(place.at)}: ${record ? nameOf(record) : agent} is past ` +
      `that already. ${now}${later}; or inject it first, and start the agent then, as with \`spawnAgent\`.`,
    { fault: fault.text, agent, at: place.at },
  )
}

/** It lives, and says nothing. */
export function silentError(fault: Fault, record: AttemptRecord, ms: number): SuperviseError {
  return new SuperviseError(
    'ERR_FAULT_UNFIRED',
    `${nameOf(record)} lives, and has not confirmed the fault ${fault.text} within ${ms} ms: it is stopped, hangs, is busy, or ` +
      'does not read its connection. Trigger the fault before that, or end the agent by a signal, as in ' +
      "`agent.kill('SIGKILL')`. A fault of your own has to confirm as soon as it happens.",
    { ...factsOf(fault, record), limit: ms },
  )
}

export function disconnectedError(fault: Fault, record: AttemptRecord): SuperviseError {
  return new SuperviseError(
    'ERR_AGENT_CLOSED',
    `${nameOf(record)} cannot be ordered the fault ${fault.text}: its control connection has ended.`,
    factsOf(fault, record),
  )
}

function factsOf(fault: Fault, record: AttemptRecord): { fault: string; agent: string; attempt: number } {
  return { fault: fault.text, agent: record.agent, attempt: record.number }
}
