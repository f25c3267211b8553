import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'

import { describe, expect, onTestFinished, test } from 'vitest'

import {
  descendantsOf,
  identity,
  inOneLook,
  isAlive,
  isUnderMark,
  type ProcessInfo,
  processTable,
  snapshot,
  withDescendants,
  youngerProcesses,
} from '../../src/process/table/index.ts'
import { realNow } from '../../src/real-time.ts'
import { alive } from '../support/alive.ts'
import { Scratch } from '../support/scratch.ts'
import { until } from '../support/until.ts'

/** A process that lives until the test ends, when it has become what it is to be. */
async function running(file: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  const child = spawn(file, args, { env, stdio: 'ignore' })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  await once(child, 'spawn')
  return Number(child.pid)
}

function listed(pid: number, ppid: number): ProcessInfo {
  return { pid, ppid, pgid: 0, startTime: '1', stopped: false, command: '', mark: undefined }
}

const sleeper = (env: Record<string, string> = {}): Promise<number> => running('/bin/sleep', ['86400'], env)

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('a process that is becoming another program has its mark all the same', async () => {
    const pid = await running(new Scratch().shell('exec "$0"'), [], { SUPERVISE_MARK: 'm' })
    await until('it has become itself', () => processTable.get(pid)?.mark === 'm')
    const marks = Array.from({ length: 1000 }, () => processTable.get(pid)?.mark)
    expect(new Set(marks)).toEqual(new Set(['m']))
  })

  test('a program whose name looks like the end of its name is read behind that', async () => {
    const file = new Scratch().shell('read line', 'a) Z 1 1 (b')
    const child = spawn(file, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    onTestFinished(() => void child.kill('SIGKILL'))
    const pid = Number(child.pid)
    const info = await until('it has its name', () => {
      const found = processTable.get(pid)
      return found?.command.includes(file) && found
    })
    expect(info).toMatchObject({ pid, ppid: process.pid, pgid: pid, stopped: false })
    child.stdin.end()
    await once(child, 'exit')
    expect(processTable.get(pid)).toBeUndefined()
  })

  test('the variables that a process was started with are read, however many there are', async () => {
    const long = 'x'.repeat(100_000)
    const pid = await sleeper({ NOT_A: 'wrong', A: 'é=1', EMPTY: '', LONG: long, B: 'last' })
    const names = ['A', 'EMPTY', 'LONG', 'B', 'OT_A', 'MISSING']
    expect(names.map((name) => processTable.variable(pid, name))).toEqual([
      'é=1',
      '',
      long,
      'last',
      undefined,
      undefined,
    ])
  })

  test('of a process that is gone nothing is read', async () => {
    const child = spawn('/bin/true', { stdio: 'ignore' })
    await once(child, 'exit')
    const pid = Number(child.pid)
    expect([processTable.get(pid), processTable.variable(pid, 'PATH')]).toEqual([undefined, undefined])
  })

  test('a process without an environment is not waited for', async () => {
    const pid = await sleeper()
    await until('it has become sleep', () => processTable.get(pid)?.command === '/bin/sleep 86400')
    const begin = realNow()
    const marks = Array.from({ length: 100 }, () => processTable.get(pid)?.mark)
    expect(new Set(marks)).toEqual(new Set([undefined]))
    // An exec may take 200 ms each time.
    expect(realNow() - begin).toBeLessThan(10_000)
  })

  test('what is asked for when a process is gone is empty, and no file stays open', async () => {
    const child = spawn('/bin/sleep', ['86400'], { stdio: 'ignore' })
    await once(child, 'spawn')
    const open = readdirSync('/proc/self/fd').length
    const infos = Array.from({ length: 500 }, () => processTable.get(Number(child.pid)))
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect([infos[0]?.pid, infos[0]?.command, infos[0]?.mark]).toEqual([child.pid, '', undefined])
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(open + 250)
  })

  test('a process that has died, and for which nobody has waited yet, is not there', async () => {
    const child = spawn(new Scratch().shell('sleep 86400 & echo $!; wait'), {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const dead = Number(line.toString())
    child.kill('SIGSTOP')
    await until('its parent is stopped', () => processTable.get(Number(child.pid))?.stopped)
    process.kill(dead, 'SIGKILL')
    await until('it has died', () => readFileSync(`/proc/${dead}/stat`, 'utf8').includes(') Z '))
    expect(processTable.get(dead)).toBeUndefined()
    const younger = processTable.younger().map(({ pid }) => pid)
    expect(younger).toContain(child.pid)
    expect(younger).not.toContain(dead)
  })

  test('a process that is stopped is shown so, until it goes on', async () => {
    const pid = await sleeper()
    const isStopped = (): boolean | undefined => processTable.get(pid)?.stopped
    expect(isStopped()).toBe(false)
    process.kill(pid, 'SIGSTOP')
    await until('it is stopped', isStopped)
    process.kill(pid, 'SIGCONT')
    await until('it goes on', () => isStopped() === false)
  })

  test('all processes are those of the system, and this one itself', async () => {
    const pid = await sleeper()
    const pids = processTable.all().map((info) => info.pid)
    expect(pids).toEqual(expect.arrayContaining([1, process.pid, pid]))
    expect(pids.filter((one) => !Number.isInteger(one))).toEqual([])
  })

  test('the first process of the system, and this one itself, are no younger ones', async () => {
    const pid = await sleeper()
    const pids = processTable.younger().map((info) => info.pid)
    expect(pids.filter((one) => !Number.isInteger(one))).toEqual([])
    expect(pids).toContain(pid)
    expect(pids).not.toContain(process.pid)
    expect(pids).not.toContain(1)
  })

  test('the age of a process is the time since it was started', async () => {
    const own = processTable.get(process.pid)
    const child = processTable.get(await sleeper())
    if (!own || !child) throw new Error('not listed')
    const ageOf = (info: { startTime: string }): number => processTable.age?.(info) ?? NaN
    expect(Math.abs(ageOf(own) - 1000 * process.uptime())).toBeLessThan(1000)
    expect(ageOf(child)).toBeLessThanOrEqual(ageOf(own))
    expect(ageOf(child)).toBeGreaterThanOrEqual(0)
    expect(ageOf({ startTime: '1' })).toBeGreaterThan(ageOf(own))
    expect(ageOf({ startTime: '9'.repeat(12) })).toBe(0)
    expect(processTable.age?.({ startTime: 'never' })).toBeUndefined()
  })
})

test('what is looked up in one look sees one list, and what comes later another', async () => {
  const lists = inOneLook(() => [youngerProcesses(), youngerProcesses()])
  expect(lists[0]).toBe(lists[1])
  const pid = await sleeper()
  expect(youngerProcesses().map((info) => info.pid)).toContain(pid)
  expect(() =>
    inOneLook(() => {
      youngerProcesses()
      throw new Error('enough')
    }),
  ).toThrow('enough')
  expect(youngerProcesses()).not.toBe(youngerProcesses())
})

test('a snapshot has all that was known of a process when it is gone', async () => {
  const pid = await sleeper({ SUPERVISE_MARK: 'm' })
  const info = await until('it has become sleep', () => {
    const found = processTable.get(pid)
    return found?.command.includes('sleep') && found
  })
  const kept = snapshot(info)
  process.kill(pid, 'SIGKILL')
  await until('it is gone', () => !alive(pid))
  expect(kept).toEqual({
    pid,
    ppid: process.pid,
    pgid: info.pgid,
    startTime: info.startTime,
    stopped: false,
    command: '/bin/sleep 86400',
    mark: 'm',
  })
  expect(identity(kept)).toBe(`${pid}@${info.startTime}`)
})

test('roots come before what descends from them, and each once', () => {
  const table = [listed(4, 3), listed(3, 2), listed(9, 1), listed(5, 3), listed(2, 1)]
  const roots = table.filter(({ pid }) => pid === 3 || pid === 4)
  expect(withDescendants(roots, table).map(({ pid }) => pid)).toEqual([4, 3, 5])
})

test('parents that have each other for a parent are found once', () => {
  const table = [listed(2, 3), listed(3, 2), listed(4, 3), listed(4, 3)]
  expect(descendantsOf([2], table).map(({ pid }) => pid)).toEqual([3, 4])
})

test('a process lives as long as nobody else has its pid', async () => {
  const pid = await sleeper()
  const startTime = processTable.get(pid)?.startTime ?? ''
  expect(isAlive({ pid, startTime })).toBe(true)
  expect(isAlive({ pid, startTime: `${startTime}0` })).toBe(false)
  process.kill(pid, 'SIGKILL')
  await until('it is gone', () => !alive(pid))
  expect(isAlive({ pid, startTime })).toBe(false)
})

test.each([
  ['a', true],
  ['a.1', true],
  ['a.1.b', true],
  ['ab', false],
  ['b.a.', false],
  [undefined, false],
])('whether the mark %s is a, or below it', (mark, isUnder) => {
  expect(isUnderMark(mark, 'a')).toBe(isUnder)
})
