import { type ChildProcess, exec, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import net from 'node:net'

import { expect, onTestFinished, test } from 'vitest'

import { buildAgentForTest } from '../../src/build/build-agent.ts'
import { fault } from '../../src/fault/fault.ts'
import { createHarness } from '../../src/harness/create-harness.ts'
import { Harness } from '../../src/harness/harness.ts'
import type { SuperviseOptions } from '../../src/options.ts'
import { Run } from '../../src/reap/run.ts'
import { resolveOptions } from '../../src/resolve-options.ts'
import { failure } from '../support/agents.ts'
import { alive } from '../support/alive.ts'
import { Scratch } from '../support/scratch.ts'
import { until } from '../support/until.ts'

async function open(options: SuperviseOptions = {}): Promise<Harness> {
  const harness = await createHarness(options)
  onTestFinished(() => harness.close().catch(() => {}))
  return harness
}

/** The first line that it prints. */
async function line(child: ChildProcess): Promise<string> {
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return until('it prints a line', () => text.includes('\n') && text.split('\n')[0])
}

async function ended(child: ChildProcess): Promise<unknown> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.signalCode ?? child.exitCode
}

const UP = { spawn: { script: { stdout: { ready: 'up' } } } }

test('the file alone starts the agent, with no arguments and an empty environment', async () => {
  const { agentCommand } = await open(UP)
  const child = spawn(agentCommand.file, agentCommand.args, { env: {} })
  expect(await line(child)).toBe('up')
  child.kill('SIGKILL')
})

test('the command works under spawn, exec and fork alike', async () => {
  const { agentCommand: command } = await open(UP)
  const children = [
    spawn(command.file, command.args, { env: command.env }),
    exec(`exec ${command.shell}`),
    fork(command.module ?? '', command.args, { env: command.env, silent: true }),
    fork(command.module ?? '', { silent: true }),
  ]
  expect(await Promise.all(children.map(line))).toEqual(['up', 'up', 'up', 'up'])
})

test('the variables of the project and of the command reach the agent by each of its ways', async () => {
  const program = new Scratch().shell('echo "$PROJECT $OWN $SUPERVISE_AGENT"')
  const harness = await open({ agent: { run: [program] }, spawn: { env: { PROJECT: 'p' } } })
  const command = harness.agentCommand.with({ id: 'web', env: { OWN: `it's "o"` } })
  expect(await line(spawn(command.file, { env: {} }))).toBe(`p it's "o" web`)
  expect(await line(spawn(command.file, { env: command.env }))).toBe(`p it's "o" web`)
  expect(command.env).toMatchObject({ PROJECT: 'p', OWN: `it's "o"` })
})

test('with changes the id, the script and the arguments, and leaves the first command as it was', async () => {
  const harness = await open({ agent: { run: [new Scratch().shell('echo "$SUPERVISE_AGENT $*"')] } })
  const one = harness.agentCommand
  const two = one.with({ id: 'worker-1', args: ['a b', "it's"] })
  expect([one.id, two.id]).toEqual(['agent', 'worker-1'])
  expect(await line(spawn(two.file, [...two.args, 'more'], { env: two.env }))).toBe(`worker-1 a b it's more`)
  expect(await line(spawn(one.file, one.args, { env: one.env }))).toBe('agent ')
  const three = two.with({ args: [] })
  expect(three.id).toBe('worker-1')
  expect(new Set([one.file, two.file, three.file]).size).toBe(3)
})

test('a script given to with is what the agent plays', async () => {
  const { agentCommand } = await open(UP)
  const command = agentCommand.with({ script: { stdout: { ready: 'mine' } } })
  expect(await line(spawn(command.file, { env: command.env }))).toBe('mine')
})

test('module is undefined for an agent that is no JavaScript', async () => {
  const harness = await open({ agent: { run: [new Scratch().shell('exit 0')] } })
  expect(harness.agentCommand.module).toBeUndefined()
})

test('attempts are counted for each id, across spawner and command', async () => {
  const program = new Scratch().node(`
    const { SUPERVISE_FD: fd, SUPERVISE_SOCKET: path, SUPERVISE_AGENT: id } = process.env
    const net = require('node:net')
    const socket = fd ? new net.Socket({ fd: Number(fd) }) : net.connect(path)
    socket.write(JSON.stringify({ t: 'hello', v: 1, id, pid: process.pid }) + '\\n')
    socket.once('data', (chunk) => { say(String(JSON.parse(chunk).attempt)); process.exit() })
  `)
  const harness = await open({ agent: { run: [program] } })
  const { agentCommand: command, spawner } = harness
  const other = command.with({ id: 'other' })
  const attempts = []
  for (const { file } of [command, command, other]) attempts.push(await line(spawn(file)))
  const handle = await spawner.spawn('agent')
  attempts.push(await handle.stdout.line(/./))
  attempts.push(await line(spawn(command.file)))
  expect(attempts).toEqual(['1', '2', '1', '3', '4'])
})

test('an unknown agent and an invalid id are refused by name', async () => {
  const { agentCommand } = await open({ agents: { web: { run: [new Scratch().shell('exit 0')] } } })
  expect(() => agentCommand.with({ agent: 'db' })).toThrow(
    expect.objectContaining({ code: 'ERR_AGENT_UNKNOWN', message: expect.stringContaining('"web"') }),
  )
  expect(() => agentCommand.with({ id: '../x' })).toThrow(
    expect.objectContaining({ code: 'ERR_AGENT_ID_INVALID' }),
  )
})

test.each([
  [
    { foo: 1 },
    'ERR_OPTION_UNKNOWN',
    'There is no agentCommand option `foo`. The options are `id`, `agent`, `args`',
  ],
  [{ arg: ['x'] }, 'ERR_OPTION_UNKNOWN', 'Did you mean `args`?'],
  [{ agent: 1 }, 'ERR_OPTION_INVALID', 'a key of the option `agents`'],
  [
    { args: 'x' },
    'ERR_OPTION_INVALID',
    'The agentCommand option `args` is "x", but must be an array of strings',
  ],
  [{ env: 'x' }, 'ERR_OPTION_INVALID', 'an object of strings'],
  [{ env: { A: 1 } }, 'ERR_OPTION_INVALID', 'an object of strings'],
  [{ env: { 'A=B': 'x' } }, 'ERR_OPTION_INVALID', '"A=B"'],
  [{ script: { heartbaet: 1 } }, 'ERR_OPTION_UNKNOWN', 'Did you mean `heartbeat`?'],
  [{ script: { onSignal: { SIGFOO: 'ignore' } } }, 'ERR_OPTION_INVALID', '`script.onSignal.SIGFOO`'],
] as [object, string, string][])('with refuses %j', async (options, code, message) => {
  const { agentCommand } = await open()
  expect(() => agentCommand.with(options)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  )
})

test('close stops the agents that a supervisor started, and what they started', async () => {
  const harness = await open({
    spawn: { script: { children: ['ignore-sigterm', 'setsid'], stdout: { ready: 'up' } } },
  })
  const child = spawn(harness.agentCommand.file)
  await line(child)
  await until('the agent and its children are there', async () => (await harness.processes()).length === 3)
  const all = (await harness.processes()).map(({ pid }) => pid)
  expect(all).toContain(child.pid)
  await harness.close()
  expect(all.filter(alive)).toEqual([])
})

test('close kills an agent of a supervisor that ignores SIGTERM, after closeGrace', async () => {
  const harness = await open({
    spawn: { closeGrace: 50, script: { onSignal: { SIGTERM: 'ignore' }, stdout: { ready: 'up' } } },
  })
  const child = spawn(harness.agentCommand.file)
  await line(child)
  await harness.close()
  expect(await ended(child)).toBe('SIGKILL')
})

test('an agent that has connected but said nothing yet is told that the test is over', async () => {
  const harness = await open()
  const socket = net.connect(String(harness.agentCommand.env['SUPERVISE_SOCKET']))
  await once(socket, 'connect')
  socket.resume()
  const end = once(socket, 'end')
  await harness.close()
  await end
  expect(socket.readableEnded).toBe(true)
})

test('a process whose pid an agent claims as its own is not killed for it', async () => {
  const innocent = spawn('sleep', ['86400'], { stdio: 'ignore' })
  onTestFinished(() => void innocent.kill('SIGKILL'))
  const harness = await open()
  const socket = net.connect(String(harness.agentCommand.env['SUPERVISE_SOCKET']))
  socket.write(JSON.stringify({ t: 'hello', v: 1, id: 'agent', pid: innocent.pid }) + '\n')
  await once(socket, 'data')
  await harness.close()
  socket.destroy()
  expect(alive(innocent.pid ?? 0)).toBe(true)
  innocent.kill('SIGKILL')
  await ended(innocent)
})

test('agents of which two say the same pid, as in containers, are two processes to the clock', async () => {
  const harness = await open()
  const { agentCommand } = harness
  const clock = harness.installClock()
  const connections = ['a', 'b'].map((id) => {
    const { env } = agentCommand.with({ id })
    const connection = net.connect(String(env['SUPERVISE_SOCKET']))
    const frames = [{ t: 'hello', v: 1, id, pid: 1 }, { t: 'ready' }, { t: 'parked', seen: 1 }]
    connection.write(frames.map((frame) => `${JSON.stringify(frame)}\n`).join(''))
    return connection
  })
  await clock.runUntil(harness.timeline.until('ready', { agent: 'a' }))
  await clock.runUntil(harness.timeline.until('ready', { agent: 'b' }))
  await clock.advance(1000)
  expect(clock.evidence).toBe('cooperative')
  expect(harness.clockState?.match(/agent "[ab]": at rest/g)).toHaveLength(2)
  for (const connection of connections) connection.destroy()
})

test.each(['file', 'shell'] as const)(
  'after the end its %s exits 0, prints nothing and starts nothing',
  async (way) => {
    // As for a Vitest worker, the run outlives the harness.
    await using run = await Run.start(new Scratch().root)
    const parts = { run, options: resolveOptions(UP), agentPath: await buildAgentForTest(), agentPaths: {} }
    const harness = await Harness.open(parts)
    const { agentCommand: command } = harness
    await harness.close()
    const child = way === 'file' ? spawn(command.file) : exec(command.shell)
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => (output += String(chunk)))
    await once(child, 'close')
    expect([child.exitCode, output]).toEqual([0, ''])
    expect(await harness.processes()).toEqual([])
  },
)

test('a command that cannot listen fails the test at its end, and says why', async () => {
  const harness = await open()
  const { agentCommand } = harness
  const file = String(agentCommand.env['SUPERVISE_SOCKET']).replace(/1\.sock$/, '2.sock')
  writeFileSync(file, 'taken')
  const child = spawn(agentCommand.with({ id: 'web' }).file, { stdio: 'ignore' })
  await ended(child)
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_AGENT_UNREACHABLE', agent: 'web', address: file })
  expect(error.message).toContain(`agent "web" could not reach its test at ${file}: something else is there`)
  expect(existsSync(harness.runtimeDir)).toBe(false)
})

test('a command taken before the end makes no other after it', async () => {
  const harness = await open()
  const { agentCommand } = harness
  await harness.close()
  expect(() => agentCommand.with({ id: 'late' })).toThrow(
    expect.objectContaining({ code: 'ERR_SCOPE_CLOSED' }),
  )
  expect(() => harness.agentCommand).toThrow(expect.objectContaining({ code: 'ERR_SCOPE_CLOSED' }))
  expect(await failure(harness.spawnAgent())).toMatchObject({ code: 'ERR_SCOPE_CLOSED' })
})

test('a child that could not be started takes no signal, which Node would send to somebody else', async () => {
  const harness = await open()
  harness.faults.inject(fault.notFound())
  const child = spawn(harness.agentCommand.file)
  const failed = once(child, 'error')
  // Harmless where it arrives.
  expect(child.kill('SIGCONT')).toBe(false)
  expect(await failed).toMatchObject([{ code: 'ENOENT' }])
})
