import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'

import { expect, onTestFinished, test, vi } from 'vitest'

import type { Harness } from '../../src/harness/harness.ts'
import type { AgentCommands } from '../../src/process/agent-command.ts'
import { openHarness } from '../support/harness.ts'

const BEYOND = 2 ** 22 + 1

/** The commands of a harness, once it has one. */
function commandsOf(harness: Harness): AgentCommands {
  const { commands } = harness
  if (!commands) throw new Error('there are none')
  return commands
}

async function started(harness: Harness): Promise<ChildProcess> {
  const child = spawn(harness.agentCommand.file)
  await harness.timeline.until('ready', { agent: harness.agentCommand.id })
  return child
}

test('who a process is, is known once it has been started, and of those below it by it', async () => {
  const harness = await openHarness()
  const { id } = harness.agentCommand
  const other = harness.agentCommand.with({ id: 'other' })
  const [one, two] = [await started(harness), spawn(other.file)]
  await harness.timeline.until('ready', { agent: 'other' })
  const commands = commandsOf(harness)
  const pids = [Number(one.pid), Number(two.pid)] as const
  expect(commands.identify([pids[0]])).toEqual({ agent: id, attempt: 1 })
  expect(commands.identify([BEYOND, pids[1], pids[0]])).toEqual({ agent: 'other', attempt: 1 })
  expect([commands.identify([BEYOND]), commands.identify([])]).toEqual([undefined, undefined])
})

test('a process is known as an agent before it has said so', async () => {
  const harness = await openHarness()
  const { file, id } = harness.agentCommand
  const child = spawn(file)
  expect(commandsOf(harness).identify([BEYOND, Number(child.pid)])).toEqual({ agent: id, attempt: 1 })
  await harness.timeline.until('ready')
})

test('the words of a process name a command by its file, or by its module', async () => {
  const harness = await openHarness()
  const { file, module = '', shell } = harness.agentCommand.with({ id: 'a' })
  const commands = commandsOf(harness)
  expect(
    [[file], ['node', module], ['sh', '-c', `exec ${shell}`]].map((words) => commands.areNamedIn(words)),
  ).toEqual([true, true, true])
  expect([[], ['node'], ['sh', '-c', 'exec sleep 1']].map((words) => commands.areNamedIn(words))).toEqual([
    false,
    false,
    false,
  ])
})

test('strangers that speak nonsense are told of five times, and not after the end', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  const harness = await openHarness()
  const socket = harness.agentCommand.env['SUPERVISE_SOCKET'] ?? ''
  for (let i = 0; i < 7; i++) {
    const connection = net.connect(socket)
    connection.resume().on('error', () => {})
    connection.write('nonsense\n')
    await once(connection, 'close')
  }
  expect(warn.mock.calls.map(([text]) => String(text).startsWith('vitest-supervise: '))).toEqual(
    Array.from({ length: 5 }, () => true),
  )
})
