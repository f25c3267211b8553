import { setImmediate as turn } from 'node:timers/promises'

import { expect, test, vi } from 'vitest'

import type { Json } from '../../src/json.ts'
import { MAX_FRAME_BYTES } from '../../src/protocol/frames.ts'
import { failure, pidOf, scripted, start, startScripted } from '../support/agents.ts'
import { alive } from '../support/alive.ts'
import { Scratch } from '../support/scratch.ts'
import { collect, turns, until } from '../support/until.ts'

/** A program that says hello and ready on its control socket, and then does this. */
function speaker(body: string): string {
  return new Scratch().node(`
    const socket = new (require('node:net').Socket)({ fd: 3 })
    const send = (...frames) => socket.write(frames.map((frame) => JSON.stringify(frame) + '\\n').join(''))
    send({ t: 'hello', v: 1, id: 'a', pid: process.pid, can: [] }, { t: 'ready' })
    ${body}
  `)
}

async function take(messages: AsyncIterable<Json>, count: number): Promise<Json[]> {
  const taken: Json[] = []
  for await (const message of messages) if (taken.push(message) === count) break
  return taken
}

test('exited settles at the exit, although a grandchild holds the pipes', async () => {
  const handle = await start(new Scratch().shell('sleep 86400 & echo "child $!"; exit 4'))
  expect(await handle.exited).toEqual({ pid: handle.pid, exitCode: 4, signal: null })
  expect(handle.result).toEqual({ pid: handle.pid, exitCode: 4, signal: null })
  expect(handle.process.stdout?.closed).toBe(false)
  const child = await pidOf(handle, 'child')
  expect(alive(child)).toBe(true)
  await handle.close()
  expect(alive(child)).toBe(false)
})

test.each([
  ['a code', 'exit 0', { exitCode: 0, signal: null }],
  ['another code', 'exit 255', { exitCode: 255, signal: null }],
  ['SIGKILL', 'kill -KILL $$', { exitCode: null, signal: 'SIGKILL' }],
  ['SIGABRT', 'kill -ABRT $$', { exitCode: null, signal: 'SIGABRT' }],
])('an end by %s is told as code or signal, never both', async (_what, body, result) => {
  const handle = await start(new Scratch().shell(body))
  expect(await handle.wait()).toEqual({ pid: handle.pid, ...result })
  expect(await handle.close()).toEqual({ pid: handle.pid, ...result })
})

test('nothing that a handle promises is ever an unhandled rejection', async () => {
  const unhandled = vi.fn<() => void>()
  process.on('unhandledRejection', unhandled)
  try {
    const scratch = new Scratch()
    const dead = await start(scratch.shell('exit 1', 'dead'))
    const slow = await start(scratch.shell('exec sleep 86400', 'slow'), { readyTimeout: 1 })
    const noise = await start(scratch.shell('echo noise >&3; exec sleep 86400', 'noise'))
    const stop = new AbortController()
    const aborted = await start(scratch.shell('exec sleep 86400', 'aborted'), { signal: stop.signal })
    stop.abort()
    await dead.exited
    await Promise.all([dead, slow, noise, aborted].map((handle) => handle.close()))
    await turns()
    expect(unhandled).not.toHaveBeenCalled()
  } finally {
    process.off('unhandledRejection', unhandled)
  }
})

test('wait ends with its signal, the agent goes on', async () => {
  const handle = await startScripted()
  const stop = new AbortController()
  const waiting = handle.wait(stop.signal)
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(handle.wait(AbortSignal.abort(new Error('at once')))).rejects.toThrow('at once')
  expect(alive(handle.pid)).toBe(true)
})

test('kill sends its signal to the agent alone, and says whether there was one', async () => {
  const handle = await start(
    new Scratch().shell(`trap 'echo hup' HUP; sleep 86400 & echo "child $!"; while :; do wait; done`),
    { readyWhen: { stdout: 'child' } },
  )
  await handle.ready
  const child = await pidOf(handle, 'child')
  expect(handle.kill('SIGHUP')).toBe(true)
  await handle.stdout.line('hup')
  expect(handle.kill()).toBe(true)
  expect((await handle.exited).signal).toBe('SIGTERM')
  expect(alive(child)).toBe(true)
  expect(handle.kill()).toBe(false)
  await handle.close()
  expect(alive(child)).toBe(false)
})

test('the agent echoes what it is sent, in order', async () => {
  const handle = await startScripted()
  const sent: Json[] = [1, 'two', null, { three: [true, false] }, '日本\n\u2028']
  for (const message of sent) await handle.send(message)
  expect(await take(handle.messages(), sent.length)).toEqual(sent)
})

test('a message that fills a frame of 1 MiB arrives whole; a longer one is refused, and the connection survives', async () => {
  const handle = await startScripted()
  const frame = '{"t":"message","body":""}\n'.length
  const body = 'x'.repeat(MAX_FRAME_BYTES - frame)
  await handle.send(body)
  expect(await take(handle.messages(), 1)).toEqual([body])
  const error = await failure(handle.send(body + 'x'))
  expect(error).toMatchObject({ code: 'ERR_PROTOCOL', agent: 'a', attempt: 1 })
  expect(error.cause).toBeInstanceOf(RangeError)
  expect(error.message).toContain(String(MAX_FRAME_BYTES))
  await handle.send('still here')
  expect(await take(handle.messages(), 1)).toEqual(['still here'])
})

test('a message that is no JSON value is refused with the reason, and the connection survives', async () => {
  const handle = await startScripted()
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  for (const [message, reason] of [
    [circle, 'circular'],
    [1n, 'BigInt'],
    [{ deep: [1n] }, 'BigInt'],
  ] as const) {
    const error = await failure(handle.send(message as unknown as Json))
    expect(error).toMatchObject({ code: 'ERR_OPTION_INVALID', agent: 'a', attempt: 1 })
    expect(error.message).toContain('The message to agent "a" is no JSON value')
    expect(error.message).toContain(reason)
    expect(error.cause).toBeInstanceOf(TypeError)
  }
  await handle.send('still here')
  expect(await take(handle.messages(), 1)).toEqual(['still here'])
})

test('messages are kept from the start, and each is given once', async () => {
  const handle = await start(speaker(`for (let n = 1; n <= 6; n++) send({ t: 'message', body: n })`))
  await handle.ready
  expect(await take(handle.messages(), 2)).toEqual([1, 2])
  const [one, two] = [handle.messages(), handle.messages()]
  const shared = [await one.next(), await two.next(), await one.next(), await two.next()]
  expect(shared.map(({ value }) => value)).toEqual([3, 4, 5, 6])
})

test('iterators that wait together get one message each', async () => {
  const handle = await startScripted()
  const waiting = [handle.messages().next(), handle.messages().next()]
  await handle.send('x')
  await handle.send('y')
  expect((await Promise.all(waiting)).map(({ value }) => value)).toEqual(expect.arrayContaining(['x', 'y']))
})

test('messages end with the agent, after all that it sent', async () => {
  const handle = await start(
    speaker(`send({ t: 'message', body: 'x'.repeat(300000) }, { t: 'message', body: 2 }); socket.end()`),
  )
  const all = await collect(handle.messages())
  expect(all).toEqual(['x'.repeat(300_000), 2])
  expect(await collect(handle.messages())).toEqual([])
})

test('an aborted wait for a message loses none', async () => {
  const handle = await startScripted()
  const stop = new AbortController()
  const waiting = handle.messages({ signal: stop.signal }).next()
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await handle.send('later')
  expect(await take(handle.messages(), 1)).toEqual(['later'])
})

test('send rejects once the agent has exited, also while a grandchild holds its socket', async () => {
  const scratch = new Scratch()
  for (const body of ['exit 0', 'sleep 86400 & exit 0']) {
    const handle = await start(scratch.shell(body, `program-${body.length}`))
    await handle.exited
    const error = await failure(handle.send('hello?'))
    expect(error).toMatchObject({ code: 'ERR_AGENT_CLOSED', agent: 'a', attempt: 1 })
    expect(error.message).toContain('it has exited')
  }
})

test('send rejects once the agent has closed its socket', async () => {
  const handle = await start(speaker('socket.end(); setInterval(() => {}, 1e6)'))
  expect(await collect(handle.messages())).toEqual([])
  const error = await failure(handle.send('hello?'))
  expect(error).toMatchObject({ code: 'ERR_AGENT_CLOSED' })
  expect(error.message).toContain('connection has ended')
  expect(error.message).toContain('takes input on `process.stdin`')
  expect(alive(handle.pid)).toBe(true)
})

test('a message to an agent that does not read is undone by its end', async () => {
  const handle = await start(new Scratch().shell('exec sleep 86400'))
  const sends = Array.from({ length: 8 }, () => handle.send('x'.repeat(500_000)))
  const outcome = Promise.allSettled(sends)
  await turn()
  handle.kill('SIGKILL')
  expect((await outcome).at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'ERR_AGENT_CLOSED' } })
})

test.each([
  ['what is not JSON', 'echo nonsense >&3', 'nonsense'],
  ['JSON that is no frame', `echo '[1]' >&3`, '[1]'],
  ['another version of hello', `echo '{"t":"hello","v":9,"id":"a","pid":1}' >&3`, '"v":1'],
  ['a hello without a pid', `echo '{"t":"hello","v":1,"id":"a"}' >&3`, '"pid"'],
])('%s from an agent fails its ready with ERR_PROTOCOL', async (_what, body, excerpt) => {
  const handle = await start(new Scratch().shell(`${body}; exec sleep 86400`))
  const error = await failure(handle.ready)
  expect(error).toMatchObject({ code: 'ERR_PROTOCOL' })
  expect(error.message).toContain('agent "a"')
  expect(error.message).toContain(excerpt)
})

test('frames of a kind that it does not know are passed over', async () => {
  const handle = await start(speaker(`send({ t: 'tomorrow' }, { t: 'message', body: 1 })`))
  expect(await take(handle.messages(), 1)).toEqual([1])
})

test('an agent that cues or sleeps is let go on', async () => {
  const handle = await start(
    speaker(`
      send({ t: 'cue', name: 'x', n: 1 }, { t: 'sleep', ms: 1, n: 2 })
      let text = ''
      socket.on('data', (chunk) => { text += chunk; if (/"n":1/.test(text) && /"n":2/.test(text)) say('gone on') })
    `),
  )
  expect(await handle.stdout.line('gone on')).toBe('gone on')
})

test('await using closes the agent at the end of the block', async () => {
  const spawner = await scripted()
  let pid
  {
    await using handle = await spawner.spawn('a')
    await handle.ready
    pid = handle.pid
  }
  expect(alive(pid)).toBe(false)
})

test('close is one close, however often and when it is called', async () => {
  const handle = await startScripted()
  const first = handle.close()
  expect(handle.close()).toBe(first)
  const results = await Promise.all([first, handle.close(), handle.close()])
  expect(new Set(results).size).toBe(1)
  expect(await handle.close()).toBe(results[0])
  await handle[Symbol.asyncDispose]()
})

test('close resolves to how the agent ended by itself before', async () => {
  const handle = await start(new Scratch().shell('exit 7'))
  await handle.exited
  expect(await handle.close()).toEqual({ pid: handle.pid, exitCode: 7, signal: null })
})

test('close tells an agent that answers SIGTERM to end, and gives it the time to', async () => {
  const handle = await startScripted({ script: { onSignal: { SIGTERM: { drain: 50, exit: 5 } } } })
  expect(await handle.close()).toEqual({ pid: handle.pid, exitCode: 5, signal: null })
})

test('what the agent wrote last is there when close has resolved', async () => {
  const handle = await start(
    new Scratch().shell(`trap 'echo last words; exit 0' TERM; echo up; while :; do sleep 0.01; done`),
    { readyWhen: { stdout: 'up' } },
  )
  await handle.ready
  await handle.close()
  expect(handle.stdout.text).toBe('up\nlast words\n')
})

test('an agent takes input on its stdin, and writing to a dead one is no error', async () => {
  const handle = await startScripted({ script: { stdin: 'echo' } })
  handle.process.stdin?.write('hello\n')
  expect(await handle.stdout.line('hello')).toBe('hello')
  handle.kill('SIGKILL')
  await handle.exited
  handle.process.stdin?.write('hello?\n')
  await until('the pipe is broken', () => handle.process.stdin?.destroyed)
})

test('a handle names itself with its attempt from the second on', async () => {
  const spawner = await scripted()
  await using one = await spawner.spawn('web')
  await using two = await spawner.spawn('web')
  expect([`${one}`, `${two}`]).toEqual(['agent "web"', 'agent "web" (agent attempt 2)'])
})
