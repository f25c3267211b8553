import { fileURLToPath } from 'node:url'

import { expect, test } from 'vitest'

import { startAgent } from './started-agent.ts'

const program = fileURLToPath(new URL('../../examples/python-agent/agent.py', import.meta.url))

test.each(['descriptor', 'socket'] as const)(
  'an agent in Python speaks the protocol over a %s',
  async (transport) => {
    const agent = await startAgent(program, { transport })
    expect(await agent.frame('hello')).toEqual({ t: 'hello', v: 1, id: 'web', pid: agent.pid, can: [] })
    await agent.frame('ready')
    await agent.send({ t: 'message', body: ['日本', { deep: null }] })
    expect(await agent.message()).toEqual(['日本', { deep: null }])
    const channel = await agent.channel
    channel.end()
    expect(await agent.exit).toEqual({ code: 0, signal: null })
    expect(agent.stderr.all).toBe('')
  },
)

test('an agent in Python dies of SIGTERM', async () => {
  const agent = await startAgent(program)
  await agent.frame('ready')
  agent.process.kill('SIGTERM')
  expect(await agent.exit).toEqual({ code: null, signal: 'SIGTERM' })
})

test('an agent in Python says in one line that no test runs it', async () => {
  const agent = await startAgent(program, { transport: 'none' })
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.stderr.says('no test runs this')
})
