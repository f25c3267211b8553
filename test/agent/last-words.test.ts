import { expect, test } from 'vitest'

import { buildProgram } from './build.ts'
import { startAgent } from './started-agent.ts'

const program = buildProgram('agent/main.ts')
const worker = buildProgram('test/agent/programs/worker.ts')

test.each([
  ['the end of its input', { script: { stdin: 'exit-on-eof', exitCode: 7 } }, { code: 7 }],
  ['the fault exit', { faults: [{ name: 'exit', options: { code: 3 }, at: 'start' }] }, { code: 3 }],
  [
    'a signal',
    { faults: [{ name: 'signal', options: { signal: 'SIGABRT' }, at: 'ready' }] },
    { signal: 'SIGABRT' },
  ],
] as const)('over a socket, the last that it says before %s ends it is how', async (_, options, exit) => {
  const agent = await startAgent(program, {
    ...options,
    faults: [...('faults' in options ? options.faults : [])],
    transport: 'socket',
  })
  agent.stdin.end()
  expect(await agent.frame('exit')).toEqual({ t: 'exit', ...exit })
  expect(await agent.exit).toMatchObject(exit)
})

test('a signal that it handles is not what it says', async () => {
  const agent = await startAgent(program, {
    script: { onSignal: { SIGTERM: { exit: 9 } } },
    faults: [{ name: 'signal', options: { signal: 'SIGTERM' }, at: 'ready' }],
    transport: 'socket',
  })
  expect(await agent.frame('exit')).toEqual({ t: 'exit', code: 9 })
})

test('to a test that has started it, it says nothing of that', async () => {
  const agent = await startAgent(program, { script: { stdin: 'exit-on-eof', exitCode: 7 } })
  agent.stdin.end()
  expect(await agent.exit).toEqual({ code: 7, signal: null })
  expect(agent.untaken.map(({ t }) => t)).not.toContain('exit')
})

test('a program that uses connect() says how it ends, too', async () => {
  const agent = await startAgent(worker, { transport: 'socket', args: ['listen'] })
  await agent.frame('ready')
  await agent.send({ t: 'message', body: 'enough' })
  expect(await agent.frame('exit')).toEqual({ t: 'exit', code: 0 })
})

test('once its connection is closed it ends without a word', async () => {
  const faults = [{ name: 'closeSocket', options: {}, at: 'ready' }] as const
  const agent = await startAgent(program, {
    faults: [...faults],
    script: { stdin: 'exit-on-eof' },
    transport: 'socket',
  })
  await agent.frame('fired')
  agent.stdin.end()
  expect(await agent.exit).toEqual({ code: 0, signal: null })
  expect(agent.stderr.all).toBe('')
})
