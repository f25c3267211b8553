import { exec, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'

import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'

import { aroundStart, watchStarts } from '../../src/starts.ts'
import { failure } from '../support/agents.ts'
import { brief, endOf, eventsOf, openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'
import { turns, until } from '../support/until.ts'

/** Prints the attempt that it is told, after as many ms as its first argument says. */
function attemptPrinter(): string {
  return new Scratch().node(`
    const { SUPERVISE_FD: fd, SUPERVISE_SOCKET: path, SUPERVISE_AGENT: id } = process.env
    const net = require('node:net')
    setTimeout(() => {
      const socket = fd ? new net.Socket({ fd: Number(fd) }) : net.connect(path)
      socket.write(JSON.stringify({ t: 'hello', v: 1, id, pid: process.pid }) + '\\n')
      socket.once('data', (chunk) => { say(String(JSON.parse(chunk).attempt)); process.exit() })
    }, Number(process.argv[2] ?? 0))
  `)
}

test('concurrent children are numbered in the order in which they were started', async () => {
  const harness = await openHarness({ agent: { run: [attemptPrinter()] } })
  const { file } = harness.agentCommand
  const outcomes = await Promise.all(['300', '200', '100', '0'].map((ms) => execa(file, [ms])))
  expect(outcomes.map(({ stdout }) => stdout)).toEqual(['1', '2', '3', '4'])
})

test('every way of child_process is numbered at its start', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const { file, shell, module = '', env } = harness.agentCommand
  const children = [
    spawn(file),
    spawn(shell, { shell: true }),
    exec(`A=1 exec ${shell} x`),
    fork(module, { silent: true }),
    spawn(process.execPath, ['--no-warnings', '-r', 'node:fs', module], { env }),
    execa(file, { reject: false }),
  ]
  const spawned = brief(events)
  expect(spawned).toEqual([1, 2, 3, 4, 5, 6].map((n) => `agent ${n} spawn`))
  await until('all are ready', () => events.filter(({ kind }) => kind === 'ready').length === 6)
  // None was counted again at its hello.
  expect(events.filter(({ kind }) => kind === 'spawn')).toHaveLength(6)
  for (const child of children) child.kill('SIGKILL')
  await until('all are gone', () => events.filter(({ kind }) => kind === 'exit').length === 6)
  await harness.close()
})

test('what only hands the command on is no start of it', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const { file, module = '', shell } = harness.agentCommand
  const supervisor = new Scratch().node(`setTimeout(() => {}, 50)`)
  const children = [
    spawn(supervisor, [file]),
    exec(`${supervisor} ${shell}`),
    fork(supervisor, [module]),
    exec(`${file}-not-this`),
  ]
  await Promise.all(children.map(endOf))
  expect(events).toEqual([])
})

test('agents of a foreign supervisor are numbered by their hellos, after those of the test', async () => {
  const harness = await openHarness({ agent: { run: [attemptPrinter()] } })
  const events = eventsOf(harness)
  const { file } = harness.agentCommand
  const supervisor = new Scratch().node(`
    const start = () => spawn(process.argv[2], { stdio: 'inherit' }).on('exit', () => { if (++n < 2) start() })
    let n = 0
    start()
  `)
  const own = await execa(file)
  const foreign = await execa(supervisor, [file])
  expect([own.stdout, foreign.stdout]).toEqual(['1', '2\n3'])
  expect(brief(events.filter(({ kind }) => kind === 'spawn'))).toEqual([
    'agent 1 spawn',
    'agent 2 spawn',
    'agent 3 spawn',
  ])
})

test('each agent id has its own numbers', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const { agentCommand } = harness
  const children = [agentCommand.with({ id: 'a' }), agentCommand.with({ id: 'b' })].map(({ file }) =>
    spawn(file),
  )
  expect(brief(events)).toEqual(['a 1 spawn', 'b 1 spawn'])
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(children.map(endOf))
})

test('the events of an agent of the spawner come in the order of its life', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const agent = await harness.spawnAgent({ id: 'web' })
  let seen: string[] = []
  agent.process.once('exit', () => (seen = brief(events)))
  agent.kill('SIGINT')
  await agent.exited
  expect(seen).toEqual(['web 1 spawn', 'web 1 ready', 'web 1 signal SIGINT', 'web 1 exit SIGINT'])
})

test('the events of a child of agentCommand come before its own', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const child = spawn(harness.agentCommand.file)
  let seen: string[] = []
  child.prependOnceListener('exit', () => {})
  child.once('exit', () => (seen = brief(events)))
  await until('it is ready', () => events.some(({ kind }) => kind === 'ready'))
  child.kill()
  child.kill(0)
  await once(child, 'exit')
  expect(seen).toEqual(['agent 1 spawn', 'agent 1 ready', 'agent 1 signal SIGTERM', 'agent 1 exit SIGTERM'])
  expect(child.kill('SIGTERM')).toBe(false)
  expect(events).toHaveLength(4)
})

test('close tells the signals that it needed', async () => {
  const harness = await openHarness({
    spawn: { closeGrace: 30, script: { onSignal: { SIGTERM: 'ignore' } } },
    agent: { run: [new Scratch().shell(`trap '' TERM; echo up; exec sleep 86400`)] },
  })
  const events = eventsOf(harness)
  const agent = await harness.spawnAgent({ id: 'web', readyWhen: { stdout: 'up' } })
  await agent.close()
  expect(brief(events)).toEqual([
    'web 1 spawn',
    'web 1 ready',
    'web 1 signal SIGTERM',
    'web 1 signal SIGKILL',
    'web 1 exit SIGKILL',
  ])
})

test('an agent is ready by its sign, whatever it says otherwise', async () => {
  const program = new Scratch().node(`
    const socket = new (require('node:net').Socket)({ fd: 3 })
    socket.write('{"t":"hello","v":1,"id":"a","pid":1}\\n{"t":"ready"}\\n')
    socket.resume()
    process.stdin.once('data', () => say('up'))
    socket.write('', () => say('said'))
  `)
  const harness = await openHarness({ agent: { run: [program] } })
  const events = eventsOf(harness)
  const agent = await harness.spawner.spawn('a', { readyWhen: { stdout: 'up' } })
  await agent.stdout.line('said')
  await turns()
  expect(brief(events)).toEqual(['a 1 spawn'])
  agent.process.stdin?.write('go\n')
  await agent.ready
  expect(brief(events)).toEqual(['a 1 spawn', 'a 1 ready'])
  const other = await harness.spawner.spawn('b', { readyWhen: 'spawn' })
  expect(brief(events).slice(2)).toEqual(['b 1 spawn', 'b 1 ready'])
  await other.close()
})

test('an agent that never became ready exits without having been', async () => {
  const harness = await openHarness({ agent: { run: [new Scratch().shell('exit 3')] } })
  const events = eventsOf(harness)
  expect(await failure(harness.spawnAgent({ id: 'web' }))).toMatchObject({ code: 'ERR_AGENT_EXITED' })
  expect(brief(events)).toEqual(['web 1 spawn', 'web 1 exit 3'])
})

/** Says hello as this process and prints what it is told. */
async function hello(socket: string, pid: number): Promise<unknown> {
  const connection = net.connect(socket)
  connection.write(`${JSON.stringify({ t: 'hello', v: 1, id: 'agent', pid })}\n`)
  const [line] = (await once(connection, 'data')) as [Buffer]
  connection.destroy()
  return JSON.parse(line.toString().split('\n')[0] ?? '')
}

test('what an agent said just before it died is read after its exit, and belongs to its attempt', async () => {
  const harness = await openHarness({ agent: { run: [new Scratch().shell('exit 1')] } })
  const { file, env } = harness.agentCommand
  const child = spawn(file)
  await once(child, 'exit')
  expect(await hello(String(env['SUPERVISE_SOCKET']), Number(child.pid))).toMatchObject({ attempt: 1 })
  expect(harness.timeline.attempts()).toBe(1)
})

test.each(['exit 1', 'exec sleep 86400'])(
  'a process that has got the pid of an agent which said nothing is another attempt: %s',
  async (body) => {
    // The kernel gives a pid out again only after thousands of others: the first agent is given that of the second.
    const supervisor = spawn('sh', ['-c', 'sleep 86400 & echo $!; wait'])
    onTestFinished(() => void supervisor.kill('SIGKILL'))
    const [line] = (await once(supervisor.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    onTestFinished(() => void process.kill(pid, 'SIGKILL'))
    const unwatch = watchStarts((child) =>
      aroundStart(child, (request, start) => {
        const error = start(request)
        own = Number(child.pid)
        Object.defineProperty(child, 'pid', { value: pid })
        return error
      }),
    )
    let own = 0
    const harness = await openHarness({ agent: { run: [new Scratch().shell(body)] } })
    const { file, env } = harness.agentCommand
    const child = spawn(file)
    unwatch()
    onTestFinished(() => void child.kill('SIGKILL'))
    if (body === 'exit 1') await once(child, 'exit')
    expect(own).not.toBe(pid)
    const socket = String(env['SUPERVISE_SOCKET'])
    expect(await hello(socket, pid)).toMatchObject({ attempt: 2 })
    expect(await hello(socket, pid)).toMatchObject({ attempt: 3 })
  },
)
