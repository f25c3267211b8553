import { AsyncLocalStorage } from 'node:async_hooks'
import { exec, execFile, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'

import { execa } from 'execa'
import { expect, test } from 'vitest'

import { TIMED_OUT, within } from '../../src/real-time.ts'
import { Scratch } from '../support/scratch.ts'
import { guard, listen, openClock } from '../support/virtual-clock.ts'

test('what a program prints comes before its exit, and the end of its output after that', async () => {
  const open = openClock()
  const child = listen(open, spawn('sh', ['-c', 'echo out; echo err >&2; exit 4']))
  guard(open)
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log).toEqual([
    '0 child 1: out',
    '0 child 2: err',
    '0 child exit 4',
    '0 child 1 ends',
    '0 child 2 ends',
    '0 child close 4',
  ])
})

test('a program in a shell, one without streams and one with more than three are heard alike', async () => {
  const open = openClock()
  guard(open)
  const inShell = listen(open, spawn('echo in a shell; exit 1', { shell: true }), 'shell')
  const silent = listen(open, spawn('sh', ['-c', 'exit 2'], { stdio: 'ignore' }), 'silent')
  const extra = listen(
    open,
    spawn('sh', ['-c', 'echo three >&3; echo four >&4; exit 3'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    }),
    'extra',
  )
  await open.clock.runUntil(Promise.all([inShell, silent, extra].map((child) => once(child, 'close'))))
  expect(open.log).toEqual([
    '0 shell 1: in a shell',
    '0 shell exit 1',
    '0 shell 1 ends',
    '0 shell 2 ends',
    '0 shell close 1',
    '0 silent exit 2',
    '0 silent close 2',
    '0 extra 3: three',
    '0 extra 4: four',
    '0 extra exit 3',
    '0 extra 3 ends',
    '0 extra 4 ends',
    '0 extra close 3',
  ])
})

test('exec, execFile and their promises settle before time moves', async () => {
  const open = openClock()
  guard(open)
  const settled = Promise.allSettled([
    promisify(exec)('echo one; echo two >&2'),
    promisify(execFile)('sh', ['-c', 'echo three; exit 5']),
    new Promise((resolve) => execFile('sh', ['-c', 'echo four'], (_error, stdout) => resolve(stdout))),
  ])
  expect(await open.clock.runUntil(settled)).toEqual([
    { status: 'fulfilled', value: { stdout: 'one\n', stderr: 'two\n' } },
    { status: 'rejected', reason: expect.objectContaining({ code: 5, stdout: 'three\n' }) },
    { status: 'fulfilled', value: 'four\n' },
  ])
  expect(open.clock.now).toBe(0)
})

test('execa settles before time moves', async () => {
  const open = openClock()
  guard(open)
  const [good, bad] = await open.clock.runUntil(
    Promise.all([
      execa('sh', ['-c', 'echo one; echo two >&2'], { all: true }),
      execa({ reject: false })`sh -c ${'echo three; kill -9 $$'}`,
    ]),
  )
  expect([good.stdout, good.stderr, good.exitCode]).toEqual(['one', 'two', 0])
  expect([bad.stdout, bad.signal]).toEqual(['three', 'SIGKILL'])
  expect(open.clock.now).toBe(0)
})

test('execa iterates over lines, pipes between programs and feeds input', async () => {
  const open = openClock()
  guard(open)
  const lines: string[] = []
  const work = (async () => {
    for await (const line of execa('sh', ['-c', 'echo a; echo b; echo c'])) lines.push(line)
    const { stdout } = await execa('sh', ['-c', 'echo piped']).pipe('cat')
    lines.push(stdout)
    lines.push((await execa('cat', { input: 'input' })).stdout)
  })()
  await open.clock.runUntil(work)
  expect(lines).toEqual(['a', 'b', 'c', 'piped', 'input'])
  expect(open.clock.now).toBe(0)
})

test('messages of a forked program come before its exit', async () => {
  const scratch = new Scratch()
  const file = scratch.node(`
    process.on('message', (message) => {
      process.send({ echo: message })
      if (message === 3) process.disconnect()
    })
    process.send('ready')`)
  const open = openClock()
  guard(open)
  const child = listen(open, fork(file, [], { silent: true }))
  await open.clock.runUntil(once(child, 'message'))
  for (const n of [1, 2, 3]) child.send(n)
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log).toEqual([
    '0 child message "ready"',
    '0 child message {"echo":1}',
    '0 child message {"echo":2}',
    '0 child message {"echo":3}',
    '0 child disconnect',
    '0 child exit 0',
    '0 child 1 ends',
    '0 child 2 ends',
    '0 child close 0',
  ])
})

test('a forked program may be sent a server', async () => {
  const scratch = new Scratch()
  const file = scratch.node(
    `process.on('message', (m, server) => { server.close(); process.send('got it'); process.disconnect() })`,
  )
  const { createServer } = await import('node:net')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const open = openClock()
  guard(open)
  const child = listen(open, fork(file, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }))
  child.send('here', server)
  await open.clock.runUntil(once(child, 'close'))
  server.close()
  expect(open.log).toEqual([
    '0 child message "got it"',
    '0 child disconnect',
    '0 child exit 0',
    '0 child close 0',
  ])
})

test('a program started by a timer is waited for', async () => {
  const open = openClock()
  setTimeout(() => {
    listen(open, spawn('sh', ['-c', 'sleep 0.05; exit 1'], { stdio: 'ignore' }))
    guard(open, 1)
  }, 1000)
  await open.clock.advance(2000)
  expect(open.log).toEqual(['1000 child exit 1', '1000 child close 1', '1001 guard'])
})

test('two hundred programs at once are heard in the order of their starts', async () => {
  const open = openClock()
  guard(open)
  const all = Array.from({ length: 200 }, (_, i) => {
    const child = spawn('sh', ['-c', `echo ${i}; exit 1`])
    child.stdout.on('data', (chunk: Buffer) => open.note(chunk.toString().trim()))
    return once(child, 'exit')
  })
  await open.clock.runUntil(Promise.all(all))
  expect(open.log).toEqual(all.map((_, i) => `0 ${i}`))
})

test('what happens is heard also while nobody moves time', async () => {
  const scratch = new Scratch()
  const file = scratch.node(`process.on('message', (m) => process.send(m)); process.send('ready')`)
  const open = openClock()
  const child = fork(file)
  expect(await within(once(child, 'message'), 10_000)).toEqual(['ready', undefined])
  child.send('hello')
  expect(await within(once(child, 'message'), 10_000)).toEqual(['hello', undefined])
  const { stdout } = await promisify(exec)('echo done')
  expect(stdout).toBe('done\n')
  child.kill()
  expect(await within(once(child, 'exit'), 10_000)).not.toBe(TIMED_OUT)
  expect(open.clock.now).toBe(0)
})

test('programs that lived before the clock belong to it', async () => {
  const talker = spawn('cat')
  const sleeper = spawn('sleep', ['1000'], { stdio: 'ignore' })
  await Promise.all([once(talker, 'spawn'), once(sleeper, 'spawn')])
  const open = openClock({}, { children: [talker, sleeper] })
  listen(open, talker, 'talker')
  listen(open, sleeper, 'sleeper')
  guard(open)
  setTimeout(() => {
    sleeper.kill()
    talker.stdin.end('hello')
  }, 1000)
  await open.clock.runUntil(Promise.all([once(talker, 'close'), once(sleeper, 'close')]))
  expect(open.log).toEqual([
    '1000 talker 1: hello',
    '1000 talker exit 0',
    '1000 talker 1 ends',
    '1000 talker 2 ends',
    '1000 talker close 0',
    '1000 sleeper exit SIGTERM',
    '1000 sleeper close SIGTERM',
  ])
})

test('a program that a worker thread starts is waited for', async () => {
  const open = openClock()
  const worker = new Worker(
    `const { spawn } = require('node:child_process')
    const { parentPort } = require('node:worker_threads')
    parentPort.on('message', () => {
      spawn('sh', ['-c', 'sleep 0.2; exit 3']).on('exit', (code) => parentPort.postMessage(code))
    })`,
    { eval: true },
  )
  worker.on('message', (code) => open.note(`exit ${code}`))
  setTimeout(() => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- It is no window.
    worker.postMessage('start')
    guard(open, 1)
  }, 1000)
  await open.clock.advance(2000)
  expect(open.log).toEqual(['1000 exit 3', '1001 guard'])
  await worker.terminate()
})

test('a program that had ended before the clock is heard to the end of its output', async () => {
  const child = spawn('sh', ['-c', '(sleep 0.1; echo late) & exit 0'])
  await once(child, 'exit')
  const open = openClock({}, { children: [child] })
  listen(open, child)
  guard(open)
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log).toEqual(['0 child 1: late', '0 child 1 ends', '0 child 2 ends', '0 child close 0'])
})

test('what a child does is heard in the asynchronous context in which it was started', async () => {
  const { clock } = openClock()
  const storage = new AsyncLocalStorage<string>()
  const heard: string[] = []
  const note = (what: string) => () => void heard.push(`${what} ${storage.getStore()}`)
  const children = ['one', 'two'].map((name) =>
    storage.run(name, () => {
      const child = fork('process.send("hello"); process.disconnect(); console.log("out")', {
        execArgv: ['-e'],
        silent: true,
      })
      child.stdout?.on('data', note('output'))
      child.on('message', note('message'))
      child.on('exit', note('exit'))
      return child
    }),
  )
  await clock.runUntil(Promise.all(children.map((child) => once(child, 'close'))))
  expect(heard.toSorted()).toEqual([
    'exit one',
    'exit two',
    'message one',
    'message two',
    'output one',
    'output two',
  ])
})
