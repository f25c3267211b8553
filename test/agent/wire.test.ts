import { expect, test } from 'vitest'

import { encodeFrame } from '../../src/protocol/ndjson.ts'
import { buildProgram } from './build.ts'
import { startAgent } from './started-agent.ts'

const program = buildProgram('agent/main.ts')

test('speaks over a Unix socket, too', async () => {
  const script = { heartbeat: 5, children: ['ordinary' as const] }
  const agent = await startAgent(program, { transport: 'socket', script })
  expect(await agent.frame('hello')).toMatchObject({ id: 'web', pid: agent.pid })
  await agent.frame('ready')
  await agent.grant()
  expect(await agent.message()).toEqual({ heartbeat: 1 })
  await agent.send({ t: 'do', id: 1, name: 'exit', options: { code: 8 } })
  expect((await agent.frame('fired')).proof).toEqual({ code: 8 })
  expect(await agent.exit).toEqual({ code: 8, signal: null })
})

test('says in one line that nobody listens at its socket', async () => {
  const agent = await startAgent(program, { transport: 'none', env: { SUPERVISE_SOCKET: '/nowhere/s' } })
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.stderr.ended
  expect(agent.stderr.all).toBe('vitest-supervise agent: connect ENOENT /nowhere/s.\n')
})

test('says in one line that its descriptor leads nowhere', async () => {
  const agent = await startAgent(program, { transport: 'none', env: { SUPERVISE_FD: '63' } })
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.stderr.ended
  expect(agent.stderr.all).toMatch(
    /^vitest-supervise agent: descriptor 63 does not lead to a test \(EBADF\).*\n$/,
  )
})

test('lives silently outside a test until a signal comes', async () => {
  const agent = await startAgent('/bin/sh', {
    transport: 'none',
    args: ['-c', `exec "${process.execPath}" --require ./held.cjs "${program}"`],
    env: { SUPERVISE_AGENT: '' },
    files: { 'held.cjs': 'setTimeout(() => require("node:fs").writeSync(1, "held"), 20).unref()' },
  })
  // An unreferenced timer fires only if something else keeps the process alive.
  await agent.stdout.says('held')
  agent.process.kill('SIGTERM')
  expect(await agent.exit).toEqual({ code: null, signal: 'SIGTERM' })
  expect(agent.stdout.all + agent.stderr.all).toBe('held')
})

test.each(['descriptor', 'socket'] as const)('gives back a frame of 1 MiB over a %s', async (transport) => {
  const agent = await startAgent(program, { transport })
  const body = 'x'.repeat(1024 * 1024 - '{"t":"message","body":""}\n'.length)
  await agent.send({ t: 'message', body })
  expect(await agent.message()).toBe(body)
  await agent.rest()
})

test('understands frames that come byte by byte', async () => {
  const agent = await startAgent(program, { unwelcome: true })
  const frames = [
    { t: 'welcome', attempt: 1, faults: [], script: { stdout: { ready: 'ü' } } },
    { t: 'message', body: '日本' },
  ]
  for (const byte of Buffer.from(frames.map(encodeFrame).join(''))) await agent.write(Buffer.of(byte))
  await agent.stdout.says('ü\n')
  expect(await agent.message()).toBe('日本')
})

test('understands a frame that is cut within a character', async () => {
  const agent = await startAgent(program)
  const frames = Buffer.from('{"t":"message","body":1}\n{"t":"message","body":"日本"}\n')
  const cut = frames.indexOf('日') + 1
  await agent.write(frames.subarray(0, cut))
  expect(await agent.message()).toBe(1)
  await agent.write(frames.subarray(cut))
  expect(await agent.message()).toBe('日本')
})

test('understands frames that come all at once', async () => {
  const agent = await startAgent(program, { unwelcome: true })
  await agent.write(
    '{"t":"message","body":1}\n{"t":"welcome","attempt":1,"faults":[],"script":{}}\n{"t":"message","body":2}\n',
  )
  await agent.frame('ready')
  expect([await agent.message(), await agent.message()]).toEqual([1, 2])
})

test('ignores frames of a kind it does not know', async () => {
  const agent = await startAgent(program)
  await agent.write(
    '{"t":"later","than":1}\n{"t":"go","n":99}\n{"t":"go"}\n\n{"t":"message","body":"alive"}\n',
  )
  expect(await agent.message()).toBe('alive')
})

test.each([
  ['garbage', 'rm -rf\n', '"rm -rf", which is not JSON'],
  ['a list', '[1]\n', '"[1]", which is not an object with a "t"'],
  ['an endless line', 'x'.repeat(1024 * 1024 + 1), 'a line longer than 1048576 bytes'],
  ['a "do" without a name', '{"t":"do"}\n', 'a "do" without an id and a name'],
])('says in one line that it was sent %s, and exits with 1', async (_what, bytes, complaint) => {
  const agent = await startAgent(program)
  await agent.frame('ready')
  await agent.write(`{"t":"message","body":"good"}\n${bytes}`)
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.stderr.ended
  expect(agent.stderr.all).toMatch(/^vitest-supervise agent: the test sent .*\n$/)
  expect(agent.stderr.all).toContain(complaint)
  expect(await agent.message()).toBe('good')
})

test('says that it was sent garbage instead of a welcome', async () => {
  const agent = await startAgent(program, { unwelcome: true })
  await agent.write('HTTP/1.1 400\n')
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.stderr.says('the test sent "HTTP/1.1 400", which is not JSON.\n')
})

test('says after each change that it is at rest, with the number of frames it has seen', async () => {
  const agent = await startAgent(program, { script: { heartbeat: 5 } })
  const { n } = await agent.frame('sleep')
  expect(await agent.frame('parked')).toEqual({ t: 'parked', seen: 1 })
  await agent.send({ t: 'go', n })
  await agent.message()
  await agent.frame('sleep')
  expect(await agent.frame('parked')).toEqual({ t: 'parked', seen: 2 })
  await agent.write('{"t":"unknown"}\n')
  expect(await agent.frame('parked')).toEqual({ t: 'parked', seen: 3 })
})

test('is at rest only once it has answered all', async () => {
  const agent = await startAgent(program)
  for (let i = 0; i < 50; i++) await agent.send({ t: 'message', body: i })
  await agent.rest()
  expect(agent.untaken.filter((frame) => frame.t === 'message')).toHaveLength(50)
})

test('is not at rest before all that its start sets off has come up', async () => {
  const agent = await startAgent(program, { script: { children: ['ordinary'], listen: 0 } })
  await agent.frame('parked')
  expect(agent.untaken.map((frame) => frame.t)).toEqual(['hello', 'message', 'ready'])
})

test('is at rest while it waits for standard input, but not while it reads a file', async () => {
  const agent = await startAgent('/bin/sh', {
    args: ['-c', `exec "${program}" <input`],
    script: { stdin: 'exit-on-eof', exitCode: 4 },
    files: { input: 'x'.repeat(300_000) },
  })
  expect(await agent.exit).toEqual({ code: 4, signal: null })
  expect(agent.untaken.map((frame) => frame.t)).toEqual(['hello', 'ready'])
})
