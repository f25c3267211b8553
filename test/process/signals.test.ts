import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, onTestFinished, test } from 'vitest'

import { signalGroup, signalLeader, signalProcess } from '../../src/process/signals.ts'
import { descendantsOf, isAlive, isUnderMark, processTable } from '../../src/process/table/index.ts'
import { alive } from '../support/alive.ts'
import { until } from '../support/until.ts'

async function sleeper(env: Record<string, string> = {}): Promise<number> {
  const child = spawn('sleep', ['86400'], { stdio: 'ignore', env: { ...process.env, ...env } })
  await once(child, 'spawn')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  return Number(child.pid)
}

test('signalProcess kills exactly the process it was given', async () => {
  const pid = await sleeper()
  const info = processTable.get(pid)
  if (!info) throw new Error('not listed')
  expect(signalProcess({ ...info, startTime: `${info.startTime}1` }, 'SIGKILL')).toBe(false)
  expect(alive(pid)).toBe(true)
  expect(signalProcess(info, 'SIGKILL')).toBe(true)
  await until('it is dead', () => !alive(pid))
  expect(signalProcess(info, 'SIGKILL')).toBe(false)
})

/** A shell that leads a group, and the sleep in it. */
async function group(): Promise<{ leader: number; member: number }> {
  const child = spawn('/bin/sh', ['-c', "trap '' HUP; sleep 86400 & echo $!; wait"], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const leader = Number(child.pid)
  onTestFinished(async () => {
    signalGroup(leader, 'SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  return { leader, member: Number(chunk.toString()) }
}

test('signalGroup reaches every member, signalLeader the leader alone', async () => {
  const { leader, member } = await group()
  expect(signalLeader(leader, 'SIGKILL')).toBe(true)
  await until('the leader is dead', () => !alive(leader))
  expect(alive(member)).toBe(true)
  expect(signalGroup(leader, 'SIGKILL')).toBe(true)
  await until('the member is dead', () => !alive(member))
})

test('a signal to a group without members is no error', () => {
  expect(signalGroup(2 ** 22 + 7, 'SIGTERM')).toBe(false)
  expect(signalLeader(2 ** 22 + 7, 'SIGTERM')).toBe(false)
})

test('a signal that there is not is an error', async () => {
  const pid = await sleeper()
  expect(() => signalLeader(pid, 'SIGNONE' as NodeJS.Signals)).toThrow('SIGNONE')
  expect(alive(pid)).toBe(true)
})

test('the table knows a process by its pid, parent, group, command and mark', async () => {
  const pid = await sleeper({ SUPERVISE_MARK: 'a.b', NOT_SUPERVISE_MARK: 'wrong' })
  const info = await until('it has become sleep', () => {
    const found = processTable.get(pid)
    return found?.command.startsWith('sleep') && found
  })
  expect(info).toMatchObject({ pid, ppid: process.pid, stopped: false, command: 'sleep 86400', mark: 'a.b' })
  expect(processTable.younger().map((one) => one.pid)).toContain(pid)
  expect(processTable.all().map((one) => one.pid)).toEqual(expect.arrayContaining([pid, process.pid]))
})

test('the table tells a process that is stopped', async () => {
  const pid = await sleeper()
  process.kill(pid, 'SIGSTOP')
  await until('it is stopped', () => processTable.get(pid)?.stopped)
  process.kill(pid, 'SIGCONT')
  await until('it goes on', () => processTable.get(pid)?.stopped === false)
  expect(alive(pid)).toBe(true)
})

test('a zombie is not in the table', async () => {
  // The shell becomes a sleep that never waits for its child.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 86400'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(async () => {
    parent.kill('SIGKILL')
    await once(parent, 'exit')
  })
  const [chunk] = (await once(parent.stdout, 'data')) as [Buffer]
  const child = Number(chunk.toString())
  await until('the child is dead', () => !alive(child))
  expect(() => process.kill(child, 0)).not.toThrow()
  expect(processTable.get(child)).toBeUndefined()
  expect(processTable.younger().map((info) => info.pid)).not.toContain(child)
})

test('isAlive is about one process, not about its pid', async () => {
  const info = processTable.get(await sleeper())
  if (!info) throw new Error('not listed')
  expect(isAlive(info)).toBe(true)
  expect(isAlive({ pid: info.pid, startTime: 'another' })).toBe(false)
})

test.each([
  ['a', 'a', true],
  ['a.1', 'a', true],
  ['a.1.2', 'a.1', true],
  ['a.12', 'a.1', false],
  ['ab', 'a', false],
  ['a', 'a.1', false],
  [undefined, 'a', false],
])('the mark %s under %s: %s', (mark, prefix, expected) => {
  expect(isUnderMark(mark, prefix)).toBe(expected)
})

test('descendants come parents first, roots left out, a cycle does not hang', () => {
  const info = (pid: number, ppid: number) => ({
    pid,
    ppid,
    pgid: 0,
    startTime: '1',
    stopped: false,
    command: '',
    mark: undefined,
  })
  const table = [info(5, 4), info(4, 3), info(3, 2), info(9, 1), info(2, 5)]
  expect(descendantsOf([3], table).map(({ pid }) => pid)).toEqual([4, 5, 2])
})
