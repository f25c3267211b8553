import { expect, test } from 'vitest'

import type { AgentHandle } from '../../src/process/agent-handle.ts'
import { type AgentSpawner, AgentStarter } from '../../src/restart/agent-starter.ts'
import { failure, owned, scripted } from '../support/agents.ts'

/** A spawner, and what it has spawned. */
async function watched(): Promise<{ spawner: AgentSpawner; handles: AgentHandle[] }> {
  const spawner = await scripted()
  const handles: AgentHandle[] = []
  return {
    handles,
    spawner: {
      async spawn(id, options) {
        const handle = owned(await spawner.spawn(id, options))
        handles.push(handle)
        return handle
      },
    },
  }
}

test('an agent is started when it is ready, under its id and as its options say', async () => {
  const { spawner, handles } = await watched()
  const starter = new AgentStarter(spawner, 'web', { script: { lifetime: 1, exitCode: 7 } })
  const running = await starter.start(new AbortController().signal)
  expect(handles).toEqual([running])
  expect(handles[0]?.id).toBe('web')
  expect(await running.exited).toMatchObject({ exitCode: 7 })
})

test('an agent that does not become ready is gone before its start has failed', async () => {
  const { spawner, handles } = await watched()
  const starter = new AgentStarter(spawner, 'web', { readyTimeout: 20, script: { startDelay: 60_000 } })
  expect(await failure(starter.start(new AbortController().signal))).toMatchObject({
    code: 'ERR_AGENT_READY_TIMEOUT',
  })
  expect(handles[0]?.result).toBeDefined()
})

test('the start of an agent ends with the signal', async () => {
  const { spawner, handles } = await watched()
  const stop = new AbortController()
  const starter = new AgentStarter(spawner, 'web', { script: { startDelay: 60_000 } })
  const start = failure(starter.start(stop.signal))
  stop.abort(new Error('enough'))
  expect(await start).toMatchObject({ message: 'enough' })
  expect(handles).toEqual([])
})
