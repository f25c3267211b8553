import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, onTestFinished, test } from 'vitest'

import { Child } from '../../src/clock/child.ts'
import { until } from '../support/until.ts'

interface Caught {
  readonly child: Child
  /** What the test has been told, in order. */
  readonly log: string[]
  /** How often something has happened. */
  readonly activity: () => number
}

/** A program that has been caught as it was started: nobody hears what it does before it is given out. */
function caught(script: string, stdio: ('pipe' | 'ipc' | 'ignore')[] = ['pipe', 'pipe', 'ignore']): Caught {
  const process_ = spawn(process.execPath, ['-e', script], { stdio })
  let activity = 0
  const child = new Child(
    process_,
    1,
    () => 'web',
    () => (activity += 1),
  )
  child.catchPipes()
  onTestFinished(async () => {
    child.release()
    if (child.state === 'alive' && process_.kill('SIGKILL'))
      await until('it is gone', () => !isThere(process_.pid))
  })
  const log: string[] = []
  process_.stdout?.on('data', (chunk: Buffer) =>
    log.push(chunk.length > 20 ? `${chunk.length} bytes` : `${chunk}`),
  )
  process_.stdout?.on('end', () => log.push('end'))
  process_.on('message', (message) => log.push(`message ${JSON.stringify(message)}`))
  process_.on('disconnect', () => log.push('disconnect'))
  process_.on('exit', (code) => log.push(`exit ${code}`))
  process_.on('close', () => log.push('close'))
  return { child, log, activity: () => activity }
}

function isThere(pid = 0): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const exited = (child: Child): Promise<true> => until('it has exited', () => child.state === 'exited')

test('what a program does is held until it is given out, and its state is what is known here', async () => {
  const { child, log, activity } = caught('console.log("up"); process.exitCode = 3')
  expect([child.state, child.source.name(), child.source.waiting]).toEqual(['alive', 'web', false])
  await exited(child)
  await until('its pipe has ended', () => !child.ending)
  expect([log, child.source.waiting]).toEqual([[], true])
  const before = activity()
  expect(before).toBeGreaterThan(0)
  child.source.giveAll()
  expect(log).toEqual(['up\n', 'exit 3'])
  expect(child.state).toBe('closing')
  await once(child.process, 'close')
  expect(log).toEqual(['up\n', 'exit 3', 'end', 'close'])
  expect([child.state, activity()]).toEqual(['over', before + 1])
})

test('a pipe that is read is waited for, and not one that nobody has begun to read', async () => {
  const { child } = caught('process.stdin.resume().on("end", () => console.log("bye"))')
  expect(child.ending).toBe(true)
  child.process.stdin?.end()
  await until('it has ended', () => child.state === 'exited' && !child.ending)
  child.source.giveAll()
  await once(child.process, 'close')
})

test('messages, and that there will be no more, are held like all else', async () => {
  const { child, log } = caught('process.send("one"); process.send("two"); process.disconnect()', [
    'ignore',
    'ignore',
    'ignore',
    'ipc',
  ])
  expect(child.ending).toBe(true)
  await exited(child)
  await until('it has disconnected', () => !child.ending)
  expect(log).toEqual([])
  child.source.giveAll()
  expect(log).toEqual(['message "one"', 'message "two"', 'disconnect', 'exit 0', 'close'])
})

test('whoever sends an event is told whether anybody listens', async () => {
  const { child, log } = caught('process.stdin.resume()')
  expect(child.process.emit('message', 'mine', undefined)).toBe(true)
  child.process.removeAllListeners('message')
  expect(child.process.emit('message', 'yours', undefined)).toBe(false)
  expect(child.process.emit('spawn')).toBe(false)
  // What passes a socket on is an answer to Node itself.
  let handshakes = 0
  child.process.on('internalMessage' as 'message', () => (handshakes += 1))
  child.process.emit('internalMessage' as 'message', { cmd: 'NODE_HANDLE_ACK' }, undefined)
  expect(handshakes).toBe(1)
  child.process.emit('internalMessage' as 'message', { cmd: 'NODE_CLUSTER' }, undefined)
  expect([handshakes, log]).toEqual([1, []])
  child.source.giveAll()
  expect(handshakes).toBe(2)
})

test('a stream that is spared is heard at once', async () => {
  const { child, log } = caught('console.log("now"); process.stdin.resume()')
  expect(child.isSpared(child.process.stdout)).toBe(false)
  child.spare(child.process.stdout)
  expect([child.isSpared(child.process.stdout), child.ending]).toEqual([true, false])
  await until('it is heard', () => log.length > 0)
  expect([log, child.source.waiting]).toEqual([['now\n'], false])
})

test('what comes after a program has been released is heard at once', async () => {
  const { child, log } = caught('process.stdin.once("data", () => { console.log("later"); process.exit(4) })')
  child.release()
  child.process.stdin?.write('go')
  await once(child.process, 'close')
  expect(log.toSorted()).toEqual(['close', 'end', 'exit 4', 'later\n'])
})

test('of a program that is forgotten nothing is heard, and it can write to its end', async () => {
  const { child, log } = caught('process.stdout.write(Buffer.alloc(300_000), () => process.exit(0))')
  child.release()
  child.forget()
  await until('it is gone', () => child.process.exitCode === 0)
  expect(log).toEqual([])
})

test('a program that cannot be started has never lived', async () => {
  const process_ = spawn('/nowhere/at/all', { stdio: 'ignore' })
  const errors: string[] = []
  process_.on('error', ({ message }) => errors.push(message))
  const child = new Child(
    process_,
    1,
    () => 'web',
    () => {},
  )
  child.catchPipes()
  await until('that is told', () => errors.length > 0)
  expect([errors, child.source.waiting, child.state === 'exited']).toEqual([
    ['spawn /nowhere/at/all ENOENT'],
    false,
    false,
  ])
})
