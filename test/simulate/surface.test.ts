import type { ChildProcess, SpawnOptions } from 'node:child_process'
import type { Readable } from 'node:stream'

import { expect, test } from 'vitest'

import { systemCode } from '../../src/errors.ts'
import { fault } from '../../src/fault/fault.ts'
import { both, listen, type Play } from './both.ts'
import type { Stage } from './worlds.ts'

const SAYS = {
  stdout: { start: 'starting', ready: 'up', every: { ms: 1000, text: 'at work' } },
  lifetime: 2500,
  exitCode: 3,
}

function start(stage: Stage, options: SpawnOptions = {}, script: object = SAYS): ChildProcess {
  const { file, args, env } = stage.command('web', script)
  const child = stage.spawn(file, args, { env, ...options })
  return Object.assign(child, { spawnargs: ['FILE', ...child.spawnargs.slice(1)] })
}

const state = ({ killed, exitCode, signalCode, connected, pid, spawnargs, stdio }: ChildProcess): string =>
  JSON.stringify({
    killed,
    exitCode,
    signalCode,
    connected,
    pid: typeof pid,
    spawnargs,
    stdio: stdio.slice(0, 3).map((stream) => stream !== null),
  })

const PLAYS: Readonly<Record<string, Play>> = {
  async 'a life with outputs'(stage, note) {
    const child = start(stage)
    note(state(child))
    await stage.run(listen(child, note))
    note(state(child))
    note(`${child.kill()} ${child.kill(0)}`)
  },
  async 'outputs as text, and outputs that nobody reads'(stage, note) {
    const child = start(stage)
    child.stdout?.setEncoding('utf8')
    child.on('close', (code) => note(`close ${code}`))
    child.on('exit', () => child.stdout?.on('data', (text: string) => note(`${typeof text} ${text.trim()}`)))
    await stage.run(new Promise<void>((resolve) => child.once('close', () => resolve())))
  },
  async 'no outputs at all'(stage, note) {
    const child = start(stage, { stdio: 'ignore' })
    await stage.run(listen(child, note))
    note(state(child))
  },
  async 'some of them'(stage, note) {
    const child = start(stage, { stdio: ['ignore', 'pipe', 'ignore'] })
    await stage.run(listen(child, note))
    note(state(child))
  },
  async 'an IPC channel'(stage, note) {
    const child = start(stage, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    note(`${child.connected} ${child.send('hello')}`)
    await stage.run(listen(child, note))
    note(`${child.connected} ${child.send('hello', (error) => note(systemCode(error) ?? ''))}`)
    await stage.advance(1)
  },
  async 'a channel that is closed from here'(stage, note) {
    const child = start(stage, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    void listen(child, note)
    await stage.advance(100)
    child.disconnect()
    note(`${child.connected}`)
    await stage.advance(5000)
  },
  async 'a kill at once'(stage, note) {
    const child = start(stage)
    note(`${child.kill()} ${child.killed}`)
    await stage.run(listen(child, note))
    note(state(child))
  },
  async 'a kill by number, twice'(stage, note) {
    const child = start(stage)
    const over = listen(child, note)
    await stage.advance(500)
    note(`${child.kill(0)} ${child.killed} ${child.kill(9)} ${child.kill('SIGTERM')}`)
    await stage.run(over)
    note(state(child))
    expect(() => child.kill('SIGNOTHING' as never)).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_SIGNAL' }),
    )
  },
  async 'a file that is not there'(stage, note) {
    const child = stage.spawn('/no/such/file', ['-x'])
    note(`${child.pid} ${child.exitCode}`)
    await stage.run(listen(child, note).then(() => {}))
    note(`${child.exitCode} ${child.signalCode}`)
  },
  async 'a start that is refused in an event, and one that is refused at once'(stage, note) {
    stage.faults.inject(fault.notExecutable())
    stage.faults.inject(fault.argumentsTooLong(), { attempts: 2 })
    const { file, env } = stage.command('web')
    const child = stage.spawn(file, { env, stdio: 'ignore' })
    child.on('error', ({ message, ...facts }) =>
      note(`${message} ${JSON.stringify(facts)}`.replaceAll(file, 'FILE')),
    )
    await stage.run(new Promise<void>((resolve) => child.once('close', () => resolve())))
    try {
      stage.spawn(file, { env })
    } catch (error) {
      note(`${String(error)} ${JSON.stringify(error)}`)
    }
  },
  async 'an abort signal'(stage, note) {
    const controller = new AbortController()
    const child = start(stage, { signal: controller.signal })
    const over = listen(child, note)
    await stage.advance(700)
    controller.abort()
    await stage.run(over)
  },
  async 'standard input that is echoed, and its end'(stage, note) {
    const child = start(stage, {}, { stdin: 'echo', lifetime: 3000 })
    const over = listen(child, note)
    await stage.advance(100)
    child.stdin?.write('one')
    child.stdin?.write(Buffer.from(' two'))
    child.stdin?.on('finish', () => note('finish'))
    await stage.advance(100)
    child.stdin?.end(' three')
    await stage.run(over)
    note(String(child.stdin?.destroyed))
  },
  async 'an agent that exits at the end of its input'(stage, note) {
    const child = start(stage, {}, { stdin: 'exit-on-eof', exitCode: 4 })
    const over = listen(child, note)
    await stage.advance(1000)
    child.stdin?.end()
    await stage.run(over)
  },
  async 'an output that is piped, and one that is iterated'(stage, note) {
    const { PassThrough } = await import('node:stream')
    const [one, other] = [start(stage), start(stage)]
    const sink = new PassThrough()
    one.stdout?.pipe(sink)
    let text = ''
    sink.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const iterated = (async () => {
      for await (const chunk of other.stdout as Readable) text += `<${String(chunk)}>`
    })()
    await stage.run(Promise.all([iterated, new Promise((resolve) => sink.once('end', resolve))]))
    note(JSON.stringify(text.split('\n').toSorted()))
  },
  async 'a half of an output that is read later'(stage, note) {
    const child = start(stage)
    child.stdout?.on('data', (chunk: Buffer) => note(chunk.toString().trim()))
    child.stdout?.pause()
    const over = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    await stage.advance(1500)
    note(String(child.stdout?.isPaused()))
    child.stdout?.resume()
    await stage.run(over)
  },
  async 'a grandchild that holds the outputs'(stage, note) {
    stage.faults.inject(fault.holdOutput())
    const child = start(stage)
    void listen(child, note)
    await stage.advance(5000)
    note(state(child))
  },
}

test.each(Object.entries(PLAYS))('%s: the same events in the same order as of Node', async (_name, play) => {
  const [real, simulated] = await both(play)
  expect(simulated).toEqual(real)
  expect(real.length).toBeGreaterThan(0)
})
