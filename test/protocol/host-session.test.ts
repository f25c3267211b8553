import net from 'node:net'
import { once } from 'node:events'

import { expect, onTestFinished, test } from 'vitest'

import { systemClock } from '../../src/clock/clock.ts'
import { OPEN_ROUTER } from '../../src/clock/route.ts'
import { BACKLOG_LIMIT } from '../../src/protocol/backlog.ts'
import type { AgentScript } from '../../src/protocol/frames.ts'
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

async function converse(script?: AgentScript): Promise<Conversation> {
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
    welcome: ({ id }) => ({ attempt: 3, faults: [], script: script ?? { stdout: { start: id } } }),
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

test('what an agent said before it closed is heard, though it is being written to', async () => {
  const { session, agent } = await converse()
  agent.write(HELLO)
  await session.hello
  agent.write('{"t":"message","body":"last"}\n{"t":"message","body":"words"}\n')
  agent.destroy()
  expect(await session.send('too late')).toBe(false)
  expect(await collect(session.messages.take())).toEqual(['last', 'words'])
})

test('nonsense that an agent said before it closed is told of, though it is being written to', async () => {
  const { session, agent } = await converse()
  agent.write(HELLO)
  await session.hello
  agent.write('nonsense\n')
  agent.destroy()
  expect(await session.send('too late')).toBe(false)
  expect((await failure(session.ready)).message).toContain('agent "x" sent "nonsense", which is not JSON')
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
  const taken: unknown[] = []
  const taking = (async () => {
    for await (const message of session.messages.take()) taken.push(message)
  })()
  expect(await failure(taking)).toBe(error)
  expect(taken).toEqual([1])
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
  agent.end(`${HELLO}{"t":"message"}\n`)
  expect(await collect(session.messages.take())).toEqual([null])
})

test('a cue is let go at once, a sleep after its time', async () => {
  const { agent, heard } = await converse()
  agent.write(`${HELLO}{"t":"sleep","ms":20,"n":1}\n{"t":"cue","name":"here","n":2}\n`)
  while (!heard().includes('"n":1')) await once(agent, 'data')
  expect(heard().split('\n').slice(1)).toEqual(['{"t":"go","n":2}', '{"t":"go","n":1}', ''])
})

const deep = '['.repeat(100_000) + ']'.repeat(100_000)

test.each([
  ['an id of 1 MB', `"id":"${'x'.repeat(1_000_000)}","pid":7`],
  ['an id that is a path', '"id":"../../etc","pid":7'],
  ['an id that is nested deeply', `"id":${deep},"pid":7`],
  ['a pid below 0', '"id":"x","pid":-7'],
  ['a pid that is no whole number', '"id":"x","pid":1.5'],
  ['faults that are no list', '"id":"x","pid":7,"can":"exit"'],
  ['faults that are no names', '"id":"x","pid":7,"can":[{"toString":1}]'],
])('a hello with %s is refused, in a short line', async (_what, fields) => {
  const { session, agent } = await converse()
  agent.write(`{"t":"hello","v":1,${fields}}\n`)
  const error = await failure(session.hello)
  expect(error).toMatchObject({ code: 'ERR_PROTOCOL' })
  expect(error.message).toContain('agent "x" began with {"t":"hello","v":1,"id":')
  expect(error.message).toContain('expected {"t":"hello","v":1,"id":"…"')
  expect(error.message.length).toBeLessThan(400)
})

test('an agent may list very many faults', async () => {
  const { session, agent } = await converse()
  agent.write(`{"t":"hello","v":1,"id":"x","pid":7,"can":[${'"f",'.repeat(200_000)}"f"]}\n`)
  expect((await session.hello).can).toHaveLength(200_001)
})

test('what comes before hello is refused, what is not known passed over', async () => {
  const { session, agent } = await converse()
  agent.write('{"t":"later"}\n{"t":"ready"}\n')
  expect((await failure(session.ready)).message).toContain('agent "x" began with {"t":"ready"}: expected')
})

test('another hello is refused', async () => {
  const { session, agent } = await converse()
  const other = HELLO.replace(/"pid":\d+/, '"pid":4711')
  agent.write(HELLO + other)
  await session.hello
  expect((await failure(session.ready)).message).toBe(`agent "x" said another hello: ${other.trim()}.`)
})

test.each([
  ['{"t":"fired"}', '{"t":"fired","id":1,"proof":…}'],
  ['{"t":"fired","id":{"valueOf":1,"toString":2}}', '{"t":"fired","id":1,"proof":…}'],
  ['{"t":"cue","name":{"toString":1},"n":1}', '{"t":"cue","name":"…","n":1}'],
  ['{"t":"cue","name":"x","n":1e400}', '{"t":"cue","name":"…","n":1}'],
  ['{"t":"sleep","ms":null,"n":1}', '{"t":"sleep","ms":1000,"n":1}'],
  ['{"t":"sleep","ms":1,"n":9007199254740993}', '{"t":"sleep","ms":1000,"n":1}'],
  ['{"t":"parked","seen":-1}', '{"t":"parked","seen":1}'],
])('%s is refused', async (line, expected) => {
  const { session, agent } = await converse()
  agent.write(`${HELLO}${line}\n`)
  expect((await failure(session.ready)).message).toBe(`agent "x" sent ${line}: expected ${expected}.`)
})

test('nothing is heard after what was refused, though it came with it', async () => {
  const { session, agent, heard } = await converse()
  agent.write(`{"t":"ready"}\n${HELLO}{"t":"message","body":1}\nnonsense\n`)
  const error = await failure(session.hello)
  expect(await failure(session.messages.take().next())).toBe(error)
  expect(session.name).toBe('agent "x"')
  expect(session.pid).toBeUndefined()
  await once(agent, 'close')
  expect(heard()).toBe('')
})

test('a sleep below 0 is over at once', async () => {
  const { agent, heard } = await converse()
  agent.write(`${HELLO}{"t":"sleep","ms":-1e300,"n":1}\n`)
  while (!heard().includes('"go"')) await once(agent, 'data')
  expect(heard()).toContain('{"t":"go","n":1}')
})

test('a welcome that does not fit into a frame is told to whoever waits', async () => {
  const { session, agent } = await converse({ stdout: { start: 'x'.repeat(2_000_000) } })
  agent.write(HELLO)
  const error = await failure(session.ready)
  expect(error).toMatchObject({ code: 'ERR_PROTOCOL' })
  expect(error.message).toContain(
    'agent "x" cannot be welcomed: its script and faults do not fit into a frame',
  )
})

const BODY = 'x'.repeat(500_000)
const FLOOD = `{"t":"message","body":"${BODY}"}\n`

test('more messages than anybody can want to keep unread end the connection', async () => {
  const { session, agent } = await converse()
  const count = Math.ceil(BACKLOG_LIMIT / BODY.length)
  agent.write(HELLO + FLOOD.repeat(count))
  const error = await failure(session.ready)
  expect(error).toMatchObject({ code: 'ERR_PROTOCOL' })
  expect(error.message).toContain(
    'agent "x" has said more than 64 MiB that nobody has taken, a "message" last',
  )
  let taken = 0
  const taking = (async () => {
    for await (const _message of session.messages.take()) taken += 1
  })()
  expect(await failure(taking)).toBe(error)
  expect(taken).toBeGreaterThan(count - 3)
})

test('as many messages as one likes pass through hands that take them', async () => {
  const { session, agent } = await converse()
  const count = Math.ceil(BACKLOG_LIMIT / BODY.length) * 2
  agent.write(HELLO)
  let taken = 0
  const taking = (async () => {
    for await (const _message of session.messages.take()) taken += 1
  })()
  for (let sent = 0; sent < count; sent++) if (!agent.write(FLOOD)) await once(agent, 'drain')
  agent.end()
  await taking
  expect(taken).toBe(count)
})

test('more sleeps than anybody can want at once end the connection', async () => {
  const { session, agent } = await converse()
  agent.write(HELLO + '{"t":"sleep","ms":1e9,"n":1}\n'.repeat(BACKLOG_LIMIT / 4096))
  expect((await failure(session.ready)).message).toContain('that nobody has taken, a "sleep" last')
})
