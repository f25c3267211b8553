import net from 'node:net'
import { once } from 'node:events'

import { expect, onTestFinished, test } from 'vitest'

import { systemClock } from '../../src/clock/clock.ts'
import { OPEN_ROUTER } from '../../src/clock/route.ts'
import { HostSession } from '../../src/protocol/host-session.ts'
import { failure } from '../support/agents.ts'
import { Scratch } from '../support/scratch.ts'
import { collect } from '../support/until.ts'

interface Conversation {
  readonly session: HostSession
  /** The agent's end. */
  readonly agent: net.Socket
  /** What the agent was sent so far. */
  heard(): string
}

async function converse(): Promise<Conversation> {
  const server = net.createServer().listen(new Scratch().path('socket'))
  onTestFinished(() => void server.close())
  const agent = net.connect(server.address() as string)
  const [socket] = (await once(server, 'connection')) as [net.Socket]
  onTestFinished(() => {
    agent.destroy()
    socket.destroy()
  })
  let heard = ''
  agent.on('data', (chunk) => (heard += chunk.toString()))
  agent.on('error', () => {})
  const session = new HostSession(socket, {
    peer: 'agent "x"',
    clock: systemClock,
    router: OPEN_ROUTER,
    welcome: ({ id }) => ({ attempt: 3, faults: [], script: { stdout: { start: id } } }),
  })
  return { session, agent, heard: () => heard }
}

const HELLO = '{"t":"hello","v":1,"id":"x","pid":7,"can":["exit"]}\n'

test('hello is answered with welcome, and told', async () => {
  const { session, agent, heard } = await converse()
  agent.write(HELLO)
  expect(await session.hello).toEqual({ id: 'x', pid: 7, can: ['exit'], points: [] })
  await once(agent, 'data')
  expect(JSON.parse(heard())).toEqual({
    t: 'welcome',
    attempt: 3,
    faults: [],
    script: { stdout: { start: 'x' } },
  })
})

test('an agent that lists no faults can play none', async () => {
  const { session, agent } = await converse()
  agent.write('{"t":"hello","v":1,"id":"x","pid":7}\n')
  expect((await session.hello).can).toEqual([])
})

test('an end before hello, or before ready, says so', async () => {
  const early = await converse()
  early.agent.end()
  expect(await failure(early.session.hello)).toMatchObject({ code: 'ERR_PROTOCOL' })
  const later = await converse()
  later.agent.end(HELLO)
  await later.session.hello
  const error = await failure(later.session.ready)
  expect(error).toMatchObject({ code: 'ERR_PROTOCOL' })
  expect(error.message).toContain('agent "x" ended its connection before it was ready')
})

test('a connection that breaks has ended', async () => {
  const { session, agent } = await converse()
  agent.write(HELLO)
  await session.hello
  // Unread data makes the kernel reset the connection.
  agent.pause()
  await session.send('unread')
  agent.destroy()
  expect(await failure(session.ready)).toMatchObject({ code: 'ERR_PROTOCOL' })
  expect(await session.send(1)).toBe(false)
})

test('garbage ends the connection with what came, and what came before it is kept', async () => {
  const { session, agent } = await converse()
  agent.write(`${HELLO}{"t":"message","body":1}\nnonsense\n{"t":"message","body":2}\n`)
  const error = await failure(session.ready)
  expect(error.message).toContain('agent "x" sent "nonsense", which is not JSON')
  expect(error.cause).toBeInstanceOf(SyntaxError)
  const messages = session.messages.take()
  expect(await messages.next()).toEqual({ value: 1, done: false })
  expect(await failure(messages.next())).toBe(error)
  await once(agent, 'close')
})

test('the last words of an agent are heard, though the test writes to it when it is gone', async () => {
  const { session, agent } = await converse()
  agent.write(HELLO)
  await once(agent, 'data')
  agent.write('{"t":"message","body":"last words"}\n')
  agent.destroy()
  expect(await session.send('too late')).toBe(false)
  expect(await collect(session.messages.take())).toEqual(['last words'])
  expect(await session.send('much too late')).toBe(false)
})

test('an agent that says hello again is not greeted again', async () => {
  const { session, agent, heard } = await converse()
  agent.end(`${HELLO}${HELLO}{"t":"ready"}\n`)
  await session.ready
  await once(agent, 'end')
  expect(heard().split('"welcome"')).toHaveLength(2)
})

test('a message without a body is null', async () => {
  const { session, agent } = await converse()
  agent.end('{"t":"message"}\n')
  expect(await collect(session.messages.take())).toEqual([null])
})

test('a cue is let go at once, a sleep after its time', async () => {
  const { agent, heard } = await converse()
  agent.write('{"t":"sleep","ms":20,"n":1}\n{"t":"cue","name":"here","n":2}\n')
  while (!heard().includes('"n":1')) await once(agent, 'data')
  expect(heard()).toBe('{"t":"go","n":2}\n{"t":"go","n":1}\n')
})
