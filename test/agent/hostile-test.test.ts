import { once } from 'node:events'

import { expect, test } from 'vitest'

import { buildProgram } from './build.ts'
import { startAgent } from './started-agent.ts'

const program = buildProgram('agent/main.ts')

const deep = '['.repeat(100_000) + ']'.repeat(100_000)

test.each([
  ['"attempt":"1"', '"\\"1\\"" under "attempt", where a number from 1'],
  ['"faults":{}', '"{}" under "faults", where a list of orders'],
  ['"faults":[null]', '"null" under "faults", where orders like'],
  ['"faults":[{"id":1,"name":"exit","at":null}]', 'under "faults", where orders like'],
  ['"faults":[{"id":1,"name":"exit","at":{"after":"x"}}]', 'under "faults", where orders like'],
  ['"script":5', '"5" under "script", where an object'],
  [`"script":${deep}`, '"…" under "script", where an object'],
  ['"script":{"exitCode":1.5}', '"1.5" under "script.exitCode", where a whole number from 0'],
  ['"script":{"heartbeat":"x"}', 'under "script.heartbeat", where a time in ms'],
  ['"script":{"writes":{"file":"state"}}', 'under "script.writes", where a file and a text'],
  [
    '"script":{"writes":{"file":5,"text":"x"}}',
    'under "script.writes", where an object of file, text, every',
  ],
  ['"script":{"children":5}', 'under "script.children", where kinds of children'],
  ['"script":{"stdout":{"every":5}}', 'under "script.stdout", where an object of start, ready, every'],
  ['"script":{"onSignal":{"SIGTERM":null}}', 'under "script.onSignal", where answers like'],
  ['"script":{"onSignal":{"SIGKILL":"ignore"}}', 'under "script.onSignal", where answers like'],
])('says in one line that it was welcomed with %s, and exits with 1', async (field, complaint) => {
  const agent = await startAgent(program, { unwelcome: true })
  await agent.write(`{"t":"welcome",${field}}\n`)
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.stderr.ended
  expect(agent.stderr.all).toMatch(
    /^vitest-supervise agent: the test sent a welcome with .* was expected\.\n$/,
  )
  expect(agent.stderr.all).toContain(complaint)
})

test('passes over fields of a welcome that it does not know', async () => {
  const agent = await startAgent(program, { unwelcome: true })
  await agent.write(
    '{"t":"welcome","later":1,"__proto__":{"attempt":"x"},"script":{"later":{},"__proto__":5},' +
      '"faults":[{"id":1,"name":"exit","at":"later","later":1}]}\n',
  )
  await agent.frame('ready')
  await agent.send({ t: 'message', body: 'alive' })
  expect(await agent.message()).toBe('alive')
})

test.each([
  [
    'options that are no object',
    '{"t":"do","id":1,"name":"exit","options":5}',
    'whose options are no object',
  ],
  ['an id that is no number', '{"t":"do","id":"1","name":"exit"}', 'without an id and a name'],
  ['a byte that is no UTF-8', '{"t":"message","body":"\xff"}', 'which is not UTF-8'],
])('says in one line that it was sent %s, and exits with 1', async (_what, line, complaint) => {
  const agent = await startAgent(program)
  await agent.write(Buffer.from(`${line}\n`, 'latin1'))
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.stderr.ended
  expect(agent.stderr.all).toMatch(/^vitest-supervise agent: the test sent .*\n$/)
  expect(agent.stderr.all).toContain(complaint)
})

test('names a fault that it does not know in one short line, whatever its name', async () => {
  const agent = await startAgent(program)
  await agent.send({ t: 'do', id: 1, name: `a\nb${'c'.repeat(100_000)}`, options: {} })
  await agent.send({ t: 'do', id: 2, name: 'exit', options: { code: 1e300 } })
  await agent.send({ t: 'message', body: 'alive' })
  expect(await agent.message()).toBe('alive')
  await agent.stderr.says('fault "exit" did not fire: 1e+300 is no exit code.\n')
  const lines = agent.stderr.all.split('\n').slice(0, -1)
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatch(
    /^vitest-supervise agent: fault "a\\nbc+…" is left out: this agent does not know it\.$/,
  )
})

test.each([
  ['is nested too deeply to be written', deep, 'cannot be nested so deeply'],
  ['is longer when it is written', `[${'1e20,'.repeat(200_000)}0]`, 'holds at most 1048576 bytes'],
])('says in one line that it cannot answer a message that %s', async (_what, body, complaint) => {
  const agent = await startAgent(program)
  await agent.frame('ready')
  await agent.write(`{"t":"message","body":${body}}\n`)
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.stderr.ended
  expect(agent.stderr.all).toMatch(
    /^vitest-supervise agent: a message cannot be answered with itself\. .*\n$/,
  )
  expect(agent.stderr.all).toContain(complaint)
})

test('waits for its welcome only while not too much else comes', async () => {
  const agent = await startAgent(program, { unwelcome: true })
  const channel = await agent.channel
  const frames = '{"t":"later"}\n'.repeat(1000)
  while (channel.writable && agent.process.exitCode === null) {
    if (!channel.write(frames)) await Promise.race([once(channel, 'drain').catch(() => {}), agent.exit])
  }
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.stderr.ended
  expect(agent.stderr.all).toBe('vitest-supervise agent: the test sent 16 MiB and no welcome.\n')
})

test('does not keep more than 64 MiB for a test that reads nothing', async () => {
  const agent = await startAgent(program)
  await agent.frame('ready')
  const channel = await agent.channel
  channel.pause()
  const frame = `{"t":"message","body":"${'x'.repeat(1_000_000)}"}\n`
  while (channel.writable && agent.process.exitCode === null) {
    if (!channel.write(frame)) await Promise.race([once(channel, 'drain').catch(() => {}), agent.exit])
  }
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.stderr.ended
  expect(agent.stderr.all).toBe('vitest-supervise agent: the test has left 64 MiB unread.\n')
})

test('hears nothing any more once it has ended its half of the connection', async () => {
  const agent = await startAgent(program, { script: { stdin: 'echo' } })
  const channel = await agent.channel
  channel.allowHalfOpen = true
  await agent.frame('ready')
  await agent.send({ t: 'do', id: 1, name: 'halfCloseSocket', options: {} })
  await once(channel, 'end')
  await agent.write('garbage\n')
  for (const word of ['one', 'two']) {
    agent.stdin.write(`${word}\n`)
    await agent.stdout.says(`${word}\n`)
  }
  expect([agent.process.exitCode, agent.stderr.all]).toEqual([null, ''])
})
