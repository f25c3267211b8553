import { readdirSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { noEvidence } from '../../src/clock/evidence/index.ts'
import { peek, readLongProc, readProc, readStat, whyUnread } from '../../src/clock/evidence/proc-files.ts'
import type { Wait } from '../../src/clock/evidence/system-calls.ts'
import { lookAtThread, type ThreadView } from '../../src/clock/evidence/thread.ts'
import { until } from '../support/until.ts'
import { EvidenceChild, shell } from './evidence-child.ts'

/** Of no process: they end before. */
const NOBODY = 2 ** 22 + 1

/** A program that reads, and in which system call: it has said that it gets there, and nobody writes to it any more. */
async function waiting(): Promise<{ readonly pid: number; readonly call: number }> {
  const child = new EvidenceChild('cat')
  child.process.stdin?.write('ready')
  await child.says()
  const { pid } = child
  await until('it sleeps, which it does to read alone', () => readStat(pid).state === 'S')
  return { pid, call: Number(readProc(`/proc/${pid}/syscall`).split(' ')[0]) }
}

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test.each<[number | undefined, ThreadView]>([
    [Infinity, { rest: 'parked', text: 'parked in it' }],
    [undefined, { rest: 'napping', text: 'napping in it' }],
    [0, { rest: 'running', text: 'running (it is about to return)' }],
    [949.4, { rest: 'napping', text: 'napping in it (949 ms)' }],
    [950, { rest: 'dozing', text: 'dozing in it (950 ms)' }],
  ])('a thread that waits for %s ms', async (limit, view) => {
    const { pid, call } = await waiting()
    expect(lookAtThread(new Map([[call, { name: 'it', limit: () => limit }]]), pid, pid)).toEqual(view)
  })

  test('a thread that is in no wait that is known is running', async () => {
    const { pid, call } = await waiting()
    expect(lookAtThread(new Map(), pid, pid)).toEqual({
      rest: 'running',
      text: `running (system call ${call})`,
    })
  })

  test('a thread that waits for children says for which, and whether for what it traces', async () => {
    const { pid, call } = await waiting()
    const wait: Wait = { name: 'it', limit: () => Infinity, children: (_call, child) => child === 42 }
    const own = lookAtThread(new Map([[call, wait]]), pid, pid)
    expect([own?.awaits?.(42), own?.awaits?.(41), own?.traces]).toEqual([true, false, false])
    const tracer = lookAtThread(new Map([[call, { ...wait, traced: () => true }]]), pid, pid)
    expect(tracer?.traces).toBe(true)
  })

  test('the arguments of a call are those that the system shows', async () => {
    const { pid, call } = await waiting()
    const seen: (readonly string[])[] = []
    lookAtThread(new Map([[call, { name: 'it', limit: ({ args }) => void seen.push(args) }]]), pid, pid)
    // Those of a read: where from, into what, how much; the last of all is where it goes on.
    expect(seen[0]?.[0]).toBe('0x0')
    expect(seen[0]?.every((arg) => /^0x[\da-f]+$/.test(arg))).toBe(true)
  })

  test('a thread that has ended is none, though its process has not been waited for', async () => {
    const parent = shell('sleep 3600 & echo $!; wait')
    const dead = Number(await parent.says())
    parent.process.kill('SIGSTOP')
    await until('its parent is stopped', () => readStat(parent.pid).state === 'T')
    process.kill(dead, 'SIGKILL')
    await until('it has died', () => readStat(dead).state === 'Z')
    expect(lookAtThread(new Map(), dead, dead)).toBeUndefined()
  })

  test('a process that is not there cannot be looked at', () => {
    expect(() => lookAtThread(new Map(), NOBODY, NOBODY)).toThrow('ENOENT')
    expect(() => readStat(NOBODY)).toThrow('ENOENT')
    expect([peek(NOBODY, '0x1000'), peek(process.pid, '0x0')]).toEqual([undefined, undefined])
  })

  test('nothing that is read stays open', () => {
    const open = readdirSync('/proc/self/fd').length
    for (let i = 0; i < 100; i++) {
      readProc('/proc/self/stat')
      readLongProc('/proc/self/maps')
      peek(process.pid, '0x0')
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(open + 50)
  })

  test('a long file is read whole', () => {
    expect(readLongProc('/proc/self/maps').length).toBeGreaterThan(readProc('/proc/self/maps').length)
  })
})

test.each([
  ['ENOENT', 'vanished'],
  ['ESRCH', 'vanished'],
  ['EPERM', 'denied'],
  ['EACCES', 'denied'],
])('what cannot be read for %s is %s', (code, why) => {
  expect(whyUnread(Object.assign(new Error('no'), { code }))).toBe(why)
})

test('what cannot be read for another reason is an error', () => {
  const error = Object.assign(new Error('no'), { code: 'EMFILE' })
  expect(() => whyUnread(error)).toThrow(error)
})

test('a system that shows nothing shows nothing of anybody', () => {
  expect(noEvidence.look(1)).toBeUndefined()
})
