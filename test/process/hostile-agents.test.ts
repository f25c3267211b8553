import { once } from 'node:events'
import net from 'node:net'

import { expect, test, vi } from 'vitest'

import type { Harness } from '../../src/harness/harness.ts'
import { failure, start } from '../support/agents.ts'
import { openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'
import { collect, until } from '../support/until.ts'

/** A program that writes these bytes on its control socket and lives on. */
function speaker(bytes: string): string {
  const scratch = new Scratch()
  const file = scratch.write('bytes', bytes)
  return scratch.shell(`cat ${file} >&3\nexec sleep 86400`)
}

const UP = '{"t":"hello","v":1,"id":"a","pid":7}\n{"t":"ready"}\n'

test('what is said after ready and is nonsense is told to whoever takes messages, or sends one', async () => {
  const handle = await start(speaker(`${UP}{"t":"message","body":1}\n{"t":"cue"}\n`), { closeGrace: 50 })
  await handle.ready
  const taken: unknown[] = []
  const taking = (async () => {
    for await (const message of handle.messages()) taken.push(message)
  })()
  const error = await failure(taking)
  expect(taken).toEqual([1])
  expect(error).toMatchObject({ code: 'ERR_PROTOCOL' })
  expect(error.message).toContain('agent "a" sent {"t":"cue"}: expected {"t":"cue","name":"…","n":1}.')
  const refused = await failure(handle.send('hello?'))
  expect(refused).toMatchObject({ code: 'ERR_AGENT_CLOSED', cause: error })
  expect(refused.message).toContain('agent "a" sent {"t":"cue"}')
})

test('a stream that ends within a frame has ended in order', async () => {
  const handle = await start(
    new Scratch().shell(`printf '${UP.replaceAll('\n', '\\n')}{"t":"mess' >&3\nexec 3>&-\nexec sleep 86400`),
    {
      closeGrace: 50,
    },
  )
  await handle.ready
  expect(await collect(handle.messages())).toEqual([])
})

test('a welcome that does not fit into a frame makes a start fail, and leaves nothing', async () => {
  const harness = await openHarness()
  const script = { stdout: { start: 'x'.repeat(2_000_000) } }
  const error = await failure(harness.spawnAgent({ id: 'web', script, closeGrace: 50 }))
  expect(error).toMatchObject({ code: 'ERR_PROTOCOL' })
  expect(error.message).toContain(
    'agent "web" cannot be welcomed: its script and faults do not fit into a frame',
  )
  expect(await harness.processes()).toEqual([])
})

test('what is no agent and connects to a command is told of, and the agents of the test go on', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  try {
    const harness = await openHarness()
    const agent = await harness.spawnAgent({ id: 'web' })
    for (const bytes of [
      'GET / HTTP/1.1\r\n\r\n',
      '{"t":"ready"}\n',
      '{"t":"hello","v":1,"id":"../x","pid":7}\n',
    ]) {
      const socket = await connection(harness)
      socket.resume().write(bytes)
      await once(socket, 'close')
    }
    expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringContaining('an agent started by agentCommand sent "GET / HTTP/1.1\\r", which is not JSON'),
      expect.stringContaining(
        'an agent started by agentCommand began with {"t":"ready"}: expected {"t":"hello"',
      ),
      expect.stringContaining(
        'an agent started by agentCommand began with {"t":"hello","v":1,"id":"../x","pid":7}',
      ),
    ])
    await agent.send('still there?')
    expect(await agent.messages().next()).toMatchObject({ value: 'still there?' })
    expect(harness.timeline.attempts()).toBe(1)
  } finally {
    warn.mockRestore()
  }
})

test('an agent that says another hello is counted once', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  try {
    const harness = await openHarness()
    const socket = await connection(harness)
    const hello = '{"t":"hello","v":1,"id":"agent","pid":7}\n'
    socket.resume().write(hello + hello.replace('7', '8'))
    await once(socket, 'close')
    expect(harness.timeline.attempts('agent')).toBe(1)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('agent "agent" said another hello'))
  } finally {
    warn.mockRestore()
  }
})

test('a thousand connections that say nothing are dropped when the harness closes', async () => {
  const harness = await openHarness()
  const sockets: net.Socket[] = []
  for (let i = 0; i < 1000; i++) sockets.push(await connection(harness))
  const agent = await harness.spawnAgent({ id: 'web' })
  await agent.send('still there?')
  expect(await agent.messages().next()).toMatchObject({ value: 'still there?' })
  for (const socket of sockets) socket.resume()
  await harness.close()
  await until('all are dropped', () => sockets.every((socket) => socket.closed))
})

async function connection(harness: Harness): Promise<net.Socket> {
  const socket = net.connect(String(harness.agentCommand.env['SUPERVISE_SOCKET']))
  socket.on('error', () => {}) // It is reset when what it sent is not read to the end.
  await once(socket, 'connect')
  return socket
}
