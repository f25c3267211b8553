import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { type Fault, fault } from '../../src/fault/fault.ts'
import { failure } from '../support/agents.ts'
import { brief, endOf, eventsOf, openHarness } from '../support/harness.ts'
import { obedient } from '../support/obedient-agent.ts'
import { Scratch } from '../support/scratch.ts'

const WRITES = `
  const file = fs.openSync('state', 'w')
  for (const part of ['one ', 'two ', 'three ']) await told(() => fs.writeSync(file, part))
`

test('an agent dies at the nth write of a file, and what it wrote before is there', async () => {
  const harness = await openHarness({ agent: obedient(WRITES) })
  const events = eventsOf(harness)
  harness.faults.inject(fault.diesAtSystemCall('write', 2, 'state'))
  const agent = await harness.spawnAgent({ id: 'a' })
  await agent.send('go')
  expect(await agent.exited).toMatchObject({ signal: 'SIGKILL' })
  expect(fs.readFileSync(path.join(harness.runtimeDir, 'state'), 'utf8')).toBe('one ')
  expect(brief(events)).toEqual(['a 1 spawn', 'a 1 ready', 'a 1 fault diesAtSystemCall', 'a 1 exit SIGKILL'])
  expect(events[2]).toMatchObject({ proof: { call: 'write', n: 2 } })
  await harness.close()
})

test('the nth call of an agent fails, the others do not, and the agent lives on', async () => {
  const harness = await openHarness({ agent: obedient(`${WRITES}; await connection.cue('saved')`) })
  const events = eventsOf(harness)
  harness.faults.inject(fault.failSystemCall('write', 'EIO', 2, 'state'))
  const agent = await harness.spawnAgent({ id: 'a' })
  await agent.send('go')
  const messages = agent.messages()
  const codes = [await messages.next(), await messages.next(), await messages.next()].map(
    ({ value }) => value,
  )
  expect(codes).toEqual(['done', 'EIO', 'done'])
  await harness.timeline.until('cue')
  expect(brief(events)).toEqual(['a 1 spawn', 'a 1 ready', 'a 1 fault failSystemCall', 'a 1 cue saved'])
  await agent.close()
  expect(fs.readFileSync(path.join(harness.runtimeDir, 'state'), 'utf8')).toBe('one three ')
  await harness.close()
})

test('what a program that speaks nothing has started is killed at a system call', async () => {
  const scratch = new Scratch()
  const file = scratch.shell('trap "" PIPE; echo up; mkdir one; mkdir two; mkdir three', 'maker')
  const harness = await openHarness({ agent: { run: [file] } })
  const events = eventsOf(harness)
  harness.faults.inject(fault.diesAtSystemCall('mkdir', 1, 'two'))
  const agent = await harness.spawner.spawn('a', { readyWhen: { stdout: 'up' } })
  await agent.exited
  await agent.close()
  expect(fs.readdirSync(harness.runtimeDir).toSorted()).toEqual(['one', 'three'])
  await harness.close()
  expect(events.filter(({ kind }) => kind === 'fault')).toMatchObject([{ proof: { call: 'mkdir', n: 1 } }])
})

test('a call that never comes so often leaves the fault unfired', async () => {
  const harness = await openHarness({ agent: obedient(WRITES), keepRuntimeDir: 'never' })
  harness.faults.inject(fault.failSystemCall('write', 'EIO', 4, 'state'))
  const agent = await harness.spawnAgent({ id: 'a' })
  await agent.send('go')
  const messages = agent.messages()
  for (let n = 1; n <= 3; n++) expect((await messages.next()).value).toBe('done')
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNFIRED' })
  expect(error.message).toContain('never made that system call so often')
})

test('the tracer ends with the agent, whoever ends it, and leaves no file', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.failSystemCall('fsync', 'EIO'), { attempts: 'every', optional: true })
  const agent = await harness.spawnAgent({ id: 'a' })
  expect((await harness.processes()).length).toBe(2)
  agent.kill('SIGKILL')
  await agent.exited
  const child = spawn(harness.agentCommand.file)
  await harness.timeline.until('ready', { agent: 'agent' })
  child.kill('SIGKILL')
  await endOf(child)
  await harness.close()
  expect(await harness.processes()).toEqual([])
})

test('a system call that there is not is refused when it is injected, with the one that was meant', async () => {
  const harness = await openHarness()
  const refused = (what: Fault, message: string): void =>
    expect(() => harness.faults.inject(what)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_INVALID', message: expect.stringContaining(message) }),
    )
  refused(fault.failSystemCall('fysnc', 'EIO'), 'fault.failSystemCall is "fysnc"')
  refused(fault.diesAtSystemCall('fysnc'), 'no system call of this machine. Did you mean `fsync`?')
  refused(fault.diesAtSystemCall('nonsense'), 'machine. `man 2 syscalls`')
  harness.faults.inject(fault.diesAtSystemCall('copy_file_range'), { optional: true })
  await harness.close()
})
