import { onTestFinished } from 'vitest'

import { buildAgentForTest } from '../../src/build/build-agent.ts'
import type { SpawnOptions } from '../../src/options.ts'
import type { AgentHandle } from '../../src/process/agent-handle.ts'
import { Spawner, type SpawnerOptions } from '../../src/process/spawner.ts'

/** A spawner of the scripted agent, each start in a directory of its own. */
export async function scripted(options: Partial<SpawnerOptions> = {}): Promise<Spawner> {
  return new Spawner({ agentPath: await buildAgentForTest(), ...options })
}

/** Starts a program as an agent, and closes it at the end of the test. */
export async function start(agentPath: string, options: SpawnOptions = {}): Promise<AgentHandle> {
  return owned(await new Spawner({ agentPath }).spawn('a', options))
}

/** Starts the scripted agent, waits until it is ready, and closes it at the end of the test. */
export async function startScripted(options: SpawnOptions = {}): Promise<AgentHandle> {
  const handle = owned(await (await scripted()).spawn('a', options))
  await handle.ready
  return handle
}

export function owned(handle: AgentHandle): AgentHandle {
  onTestFinished(async () => {
    await handle.close()
  })
  return handle
}

/** The pid that the program printed after this word. */
export async function pidOf(handle: AgentHandle, word: string): Promise<number> {
  return Number((await handle.stdout.line(new RegExp(`^${word} \\d+$`))).split(' ')[1])
}

/** What a promise was rejected with. */
export async function failure(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise
  } catch (error) {
    return error as Error & Record<string, unknown>
  }
  throw new Error('expected a rejection')
}
