import assert from 'node:assert/strict'

import type { Harness } from '../../src/harness/harness.ts'
import type { AgentEvent } from '../../src/process/agent-event.ts'
import type { AgentHandle } from '../../src/process/agent-handle.ts'
import { failure } from '../support/agents.ts'
import { collect, turns, until } from '../support/until.ts'

/** An agent that a fault has struck, and all that is around it. */
export interface Scene {
  readonly agent: AgentHandle
  readonly harness: Harness
  readonly events: readonly AgentEvent[]
}

/** How a test sees what a fault has done: rejects if it has not. */
export type Sight = (scene: Scene) => Promise<void>

export function ends(code: number | null, signal: NodeJS.Signals | null = null, says = ''): Sight {
  return async ({ agent }) => {
    const { exitCode, signal: by } = await agent.exited
    assert.deepEqual([exitCode, by], [code, signal])
    await agent.close()
    assert.ok(agent.stderr.text.includes(says), agent.stderr.text)
  }
}

export async function lives({ agent }: Scene): Promise<void> {
  await turns()
  assert.equal(agent.result, undefined)
}

export async function answers(scene: Scene): Promise<void> {
  await scene.agent.send('still there?')
  for await (const message of scene.agent.messages()) if (message === 'still there?') return lives(scene)
  assert.fail('it does not answer')
}

/** Neither messages nor input; SIGTERM ends it. */
export async function answersNothing({ agent }: Scene): Promise<void> {
  await agent.send('anybody?')
  agent.process.stdin?.write('anybody?\n')
  await turns()
  agent.kill('SIGTERM')
  assert.equal((await agent.exited).signal, 'SIGTERM')
  assert.ok(!(await collect(agent.messages())).includes('anybody?'))
}

export function diesOf(
  sent: NodeJS.Signals,
  code: number | null,
  signal: NodeJS.Signals | null = null,
): Sight {
  return async (scene) => {
    await answers(scene)
    scene.agent.kill(sent)
    await ends(code, signal)(scene)
  }
}

export async function endsItsConnection(scene: Scene): Promise<void> {
  await until('the connection ends', () => scene.agent.socket.readableEnded)
  for await (const message of scene.agent.messages()) assert.equal(message, 'written')
  await lives(scene)
}

export function sendsNonsense(excerpt: string): Sight {
  return async (scene) => {
    const error = await failure(collect(scene.agent.messages()))
    assert.equal(error['code'], 'ERR_PROTOCOL')
    assert.ok(error.message.includes(excerpt), error.message)
    assert.equal((await failure(scene.agent.send('again')))['code'], 'ERR_AGENT_CLOSED')
    await lives(scene)
  }
}

/** So many processes outlive it, until the test ends them. */
export function leaves(count: number, code: number | null, signal: NodeJS.Signals | null = null): Sight {
  return async ({ agent, harness }) => {
    if (signal) agent.kill(signal)
    const { exitCode, signal: by } = await agent.exited
    assert.deepEqual([exitCode, by], [code, signal])
    assert.equal((await harness.processes()).length, count)
    await agent.close()
    assert.deepEqual(await harness.processes(), [])
  }
}
