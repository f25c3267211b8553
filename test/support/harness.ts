import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

import { onTestFinished } from 'vitest'

import { createHarness } from '../../src/harness/create-harness.ts'
import type { Harness } from '../../src/harness/harness.ts'
import type { SuperviseOptions } from '../../src/options.ts'
import type { AgentEvent } from '../../src/process/agent-event.ts'

/** A harness, closed at the end of the test. */
export async function openHarness(options: SuperviseOptions = {}): Promise<Harness> {
  const harness = await createHarness(options)
  onTestFinished(() => harness.close().catch(() => {}))
  return harness
}

/** What happens to the agents of the harness from now on. */
export function eventsOf(harness: Harness): AgentEvent[] {
  const events: AgentEvent[] = []
  harness.observers.add((event) => events.push(event))
  return events
}

/** Events as short texts: `web 1 exit 3`. */
export function brief(events: readonly AgentEvent[]): string[] {
  return events.map((event) => `${event.agent} ${event.attempt} ${event.kind}${facts(event)}`)
}

function facts(event: AgentEvent): string {
  switch (event.kind) {
    case 'spawn-failed':
      return ` ${event.code}`
    case 'cue':
      return ` ${event.name}`
    case 'fault':
      return ` ${event.fault}`
    case 'signal':
      return ` ${event.signal}`
    case 'exit':
      return ` ${event.signal ?? event.exitCode}`
    default:
      return ''
  }
}

/** How a child ends: its signal or its code. */
export async function endOf(child: ChildProcess): Promise<NodeJS.Signals | number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.signalCode ?? child.exitCode
}

/** The system's code with which a child could not be started. */
export async function errorOf(child: ChildProcess): Promise<NodeJS.ErrnoException> {
  const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException]
  return error
}
