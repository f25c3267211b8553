import { existsSync } from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { READY_TIMEOUT, Spawner } from '../../src/process/spawner.ts'
import { failure, owned, scripted, start, startScripted } from '../support/agents.ts'
import { alive } from '../support/alive.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { Scratch } from '../support/scratch.ts'
import { collect, turns, until } from '../support/until.ts'

test('spawn resolves once the process exists, long before it is ready', async () => {
  const handle = owned(await (await scripted()).spawn('a', { script: { startDelay: 86_400_000 } }))
  expect(alive(handle.pid)).toBe(true)
  expect(handle.result).toBeUndefined()
  expect([handle.id, handle.attempt]).toEqual(['a', 1])
})

test('ready resolves when the agent says so', async () => {
  const handle = await startScripted({ script: { stdout: { ready: 'just before' } } })
  expect(await handle.stdout.line('just before')).toBe('just before')
})

test('ready resolves at once with readyWhen "spawn"', async () => {
  const handle = await start(new Scratch().shell('exec sleep 86400'), { readyWhen: 'spawn' })
  await expect(handle.ready).resolves.toBeUndefined()
})

test.each([
  ['a string on stdout', 'echo booting; echo now listening on 80', { stdout: 'listening' }],
  ['a pattern on stdout', 'echo booting; echo listening on 80', { stdout: /^listening on \d+$/ }],
  ['a string on stderr', 'echo listening; echo up >&2', { stderr: 'up' }],
  ['a pattern on stderr', 'echo up >&2', { stderr: /UP/i }],
] as const)('ready resolves when the program prints %s', async (_what, body, readyWhen) => {
  const handle = await start(new Scratch().shell(`${body}; exec sleep 86400`), { readyWhen })
  await expect(handle.ready).resolves.toBeUndefined()
  expect(handle.result).toBeUndefined()
})

test('a program that prints its line and exits at once was ready', async () => {
  const handle = await start(new Scratch().shell('echo up'), { readyWhen: { stdout: 'up' } })
  await expect(handle.ready).resolves.toBeUndefined()
})

test('an agent that says ready and exits at once was ready, every time', async () => {
  const program = new Scratch().node(`
    const fs = require('node:fs')
    const frames = '{"t":"hello","v":1,"id":"a","pid":' + process.pid + '}\\n{"t":"ready"}\\n{"t":"message","body":"bye"}\\n'
    fs.writeSync(3, frames)
    process.exit(0)
  `)
  const spawner = new Spawner({ agentPath: program })
  for (let round = 0; round < 10; round++) {
    await using handle = await spawner.spawn('a')
    await expect(handle.ready).resolves.toBeUndefined()
    expect(await collect(handle.messages())).toEqual(['bye'])
  }
})

test('ready rejects with the code and the last lines of stderr when the agent exits first', async () => {
  const handle = await start(new Scratch().shell('echo first >&2; echo the disk is full >&2; exit 3'))
  const error = await failure(handle.ready)
  expect(error).toMatchObject({ code: 'ERR_AGENT_EXITED', agent: 'a', attempt: 1, exitCode: 3, signal: null })
  expect(error.message).toContain('exited with code 3')
  expect(error.message).toContain('the disk is full')
})

test('ready rejects with the signal when the agent is killed first', async () => {
  const handle = await start(new Scratch().shell('kill -KILL $$'))
  const error = await failure(handle.ready)
  expect(error).toMatchObject({ code: 'ERR_AGENT_EXITED', exitCode: null, signal: 'SIGKILL' })
  expect(error.message).toContain('killed by SIGKILL')
})

test('ready says of an agent that is closed first how it ended', async () => {
  const handle = await start(new Scratch().shell('exec sleep 86400'))
  await handle.close()
  expect(await failure(handle.ready)).toMatchObject({ code: 'ERR_AGENT_EXITED', signal: 'SIGTERM' })
})

test('ready rejects after readyTimeout, says what was waited for, and the agent lives on', async () => {
  const handle = await start(new Scratch().shell('exec sleep 86400'), { readyTimeout: 50 })
  const error = await failure(handle.ready)
  expect(error).toMatchObject({ code: 'ERR_AGENT_READY_TIMEOUT', agent: 'a', attempt: 1, readyTimeout: 50 })
  expect(error.message).toContain('50 ms')
  expect(error.message).toContain('never sent `ready` on its control connection')
  expect(error.message).toContain('readyWhen')
  expect(alive(handle.pid)).toBe(true)
})

test('ready that has been waited for in vain shows what was printed instead of the line', async () => {
  const clock = new ManualClock()
  const program = new Scratch().shell('echo half way; echo no disk >&2; exec sleep 86400')
  const handle = owned(
    await new Spawner({ agentPath: program, clock }).spawn('a', { readyWhen: { stdout: 'up' } }),
  )
  await Promise.all([handle.stdout.line('half way'), handle.stderr.line('no disk')])
  clock.moveTo(READY_TIMEOUT)
  const error = await failure(handle.ready)
  expect(error).toMatchObject({ code: 'ERR_AGENT_READY_TIMEOUT', readyTimeout: READY_TIMEOUT })
  expect(error.message).toContain('printed nothing that matches the option `readyWhen`')
  expect(error.message).toMatch(/stdout of agent "a":\n {4}half way\n.*stderr of agent "a":\n {4}no disk$/)
})

test.each(['ready', 'dead', 'aborted'])('nobody waits for readyTimeout when the agent is %s', async (how) => {
  const clock = new ManualClock()
  const stop = new AbortController()
  const spawner = new Spawner({ agentPath: new Scratch().shell('read line; echo up; read line'), clock })
  const handle = owned(await spawner.spawn('a', { readyWhen: { stdout: 'up' }, signal: stop.signal }))
  expect(clock.awaits(READY_TIMEOUT)).toBe(true)
  if (how === 'ready') handle.process.stdin?.write('\n')
  else if (how === 'dead') handle.kill('SIGKILL')
  else stop.abort()
  await Promise.allSettled([handle.ready])
  await turns()
  expect(clock.awaits(READY_TIMEOUT)).toBe(false)
})

test('ready tells the end of an agent that exits without its line, and not that of its output', async () => {
  const program = new Scratch().shell('echo the disk is full >&2; exec 2>&-; read line; exit 3')
  const handle = await start(program, { readyWhen: { stderr: 'up' } })
  const failing = failure(handle.ready)
  await until('its stderr has ended', () => handle.process.stderr?.closed)
  await turns()
  handle.process.stdin?.end('\n')
  const facts = { agent: 'a', exitCode: 3, stderr: 'the disk is full\n' }
  expect(await failing).toMatchObject({ code: 'ERR_AGENT_EXITED', ...facts })
})

test('a readyTimeout of Infinity, or beyond what a timer can count, does not expire', async () => {
  for (const readyTimeout of [Infinity, 2 ** 31]) {
    const handle = await startScripted({ readyTimeout, script: { startDelay: 30 } })
    expect(handle.result).toBeUndefined()
  }
})

test('an aborted signal ends the wait for ready, not the agent', async () => {
  const stop = new AbortController()
  const handle = owned(
    await (await scripted()).spawn('a', { signal: stop.signal, script: { startDelay: 1e8 } }),
  )
  stop.abort(new Error('enough'))
  await expect(handle.ready).rejects.toThrow('enough')
  expect(alive(handle.pid)).toBe(true)
})

test('a signal that is aborted already, or before the process exists, has nothing started', async () => {
  const scratch = new Scratch()
  const program = scratch.shell(`touch ${scratch.path('started')}; exec sleep 86400`)
  const spawner = new Spawner({ agentPath: program })
  await expect(spawner.spawn('a', { signal: AbortSignal.abort(new Error('early')) })).rejects.toThrow('early')
  const stop = new AbortController()
  const spawning = spawner.spawn('a', { signal: stop.signal })
  stop.abort(new Error('meanwhile'))
  await expect(spawning).rejects.toThrow('meanwhile')
  const later = owned(await spawner.spawn('a', { readyWhen: 'spawn' }))
  expect(later.attempt).toBe(1)
  await until('the later one has started', () => existsSync(scratch.path('started')))
})

test('attempts are counted for each id', async () => {
  const spawner = new Spawner({ agentPath: new Scratch().shell('exit 0') })
  const attempts = []
  for (const id of ['web', 'db', 'web', 'web', 'db']) {
    await using handle = await spawner.spawn(id)
    attempts.push(`${handle.id} ${handle.attempt}`)
  }
  expect(attempts).toEqual(['web 1', 'db 1', 'web 2', 'web 3', 'db 2'])
})

test('the agent is told its attempt and its script', async () => {
  const spawner = new Spawner({
    agentPath: new Scratch().node(`
      const socket = new (require('node:net').Socket)({ fd: 3 })
      socket.write('{"t":"hello","v":1,"id":"a","pid":1}\\n')
      socket.on('data', (chunk) => { say(String(chunk).trim()); process.exit() })
    `),
  })
  for (const attempt of [1, 2]) {
    await using handle = await spawner.spawn('a', { script: { heartbeat: 7 } })
    const welcome = await handle.stdout.line('welcome')
    expect(JSON.parse(welcome)).toEqual({ t: 'welcome', attempt, faults: [], script: { heartbeat: 7 } })
  }
})

test('arguments reach the program one by one, whatever is in them', async () => {
  const args = ['', 'a b', '$HOME', "it's", '"', '\\', '*', '-n', 'ü\n']
  const program = new Scratch().node('say(JSON.stringify(process.argv.slice(2)))')
  const handle = await start(program, { args })
  expect(JSON.parse(await handle.stdout.line('['))).toEqual(args)
})

test('a program is given no arguments where none are ordered', async () => {
  await using handle = await start(new Scratch().shell('echo $#'))
  expect(await handle.stdout.line(/./)).toBe('0')
})

test.each([undefined, 'a.1'])(
  'the mark of what is started under the mark %s goes on from that',
  async (own) => {
    const before = process.env['SUPERVISE_MARK']
    if (own === undefined) delete process.env['SUPERVISE_MARK']
    else process.env['SUPERVISE_MARK'] = own
    const spawner = new Spawner({ agentPath: new Scratch().shell('echo $SUPERVISE_MARK') })
    if (before === undefined) delete process.env['SUPERVISE_MARK']
    else process.env['SUPERVISE_MARK'] = before
    await using handle = await spawner.spawn('a')
    expect(await handle.stdout.line(/./)).toMatch(
      own === undefined ? /^s[\da-f]{8}\b/ : /^a\.1\.s[\da-f]{8}\b/,
    )
  },
)

test('without a runtimeDir each agent gets a fresh one, mode 0700, removed when it is closed', async () => {
  const spawner = new Spawner({ agentPath: new Scratch().shell('pwd; ls -ld .; exec sleep 86400') })
  const [one, two] = [await spawner.spawn('a'), await spawner.spawn('a')]
  const dirs = await Promise.all([one, two].map((handle) => handle.stdout.line('/')))
  expect(dirs[0]).not.toBe(dirs[1])
  expect(dirs.map((dir) => path.dirname(dir))).toEqual(Array(2).fill(process.env['SUPERVISE_RUN']))
  expect(await one.stdout.line(/^d/)).toMatch(/^drwx------/)
  await Promise.all([one.close(), two.close()])
  expect(dirs.map((dir) => existsSync(dir))).toEqual([false, false])
})

test('a runtimeDir of the caller stays, and is where the agent runs', async () => {
  const scratch = new Scratch()
  const program = scratch.shell('pwd; echo "$SUPERVISE_RUNTIME_DIR"; echo "$HOME"')
  await using handle = await new Spawner({ agentPath: program, runtimeDir: scratch.root }).spawn('a')
  await handle.exited
  await handle.close()
  expect(handle.stdout.text.trim().split('\n')).toEqual([scratch.root, scratch.root, scratch.root])
  expect(existsSync(scratch.root)).toBe(true)
})

test('a relative runtimeDir is below the directory of this process', async () => {
  const scratch = new Scratch()
  const program = scratch.shell('pwd -P; echo "$SUPERVISE_RUNTIME_DIR"; echo "$HOME"')
  const runtimeDir = path.relative(process.cwd(), scratch.root)
  await using handle = await new Spawner({ agentPath: program, runtimeDir }).spawn('a')
  await handle.exited
  await handle.close()
  expect(handle.stdout.text.trim().split('\n')).toEqual([scratch.root, scratch.root, scratch.root])
})

test('cwd sets another working directory', async () => {
  const scratch = new Scratch()
  await using handle = await new Spawner({ agentPath: scratch.shell('pwd') }).spawn('a', {
    cwd: scratch.root,
  })
  expect(await handle.stdout.line('/')).toBe(scratch.root)
})

test('options given as undefined do not displace the defaults', async () => {
  const program = new Scratch().shell('exec sleep 86400')
  const handle = await start(program, {
    readyWhen: undefined,
    closeGrace: undefined,
    args: undefined,
  } as object)
  expect((await handle.close()).signal).toBe('SIGTERM')
})

test('eight agents started together each have their own process and directory', async () => {
  const spawner = await scripted()
  const handles = await Promise.all(Array.from({ length: 8 }, (_, n) => spawner.spawn(`a${n}`)))
  handles.forEach(owned)
  await Promise.all(handles.map((handle) => handle.ready))
  expect(new Set(handles.map((handle) => handle.pid)).size).toBe(8)
})
