import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import {
  type ConfinedStart,
  type Confinement,
  confine,
  isConfinement,
  isImmediate,
  isWitnessed,
} from '../../src/process/confinement/index.ts'
import { FAKETIME_LIBRARIES } from '../../src/process/confinement/wall-clock.ts'
import { Scratch } from '../support/scratch.ts'

interface Made {
  readonly scratch: Scratch
  readonly start: ConfinedStart
}

function made(...confinements: Confinement[]): Made {
  const scratch = new Scratch()
  const start = confine(confinements, { runtimeDir: '/run/a', place: scratch.path('place') })
  if (!start) throw new Error('nothing is confined')
  return { scratch, start }
}

const fails: Confinement = { name: 'failSystemCall', options: { name: 'openat', n: 2, errno: 'EIO' }, id: 5 }
const dies: Confinement = { name: 'diesAtSystemCall', options: { name: 'write', n: 1, path: 'state' }, id: 6 }
const jumps: Confinement = { name: 'jumpWallClock', options: {} }
const alone: Confinement = { name: 'noNetwork', options: {} }

test('a start without confinements is left as it is', () => {
  expect(confine([], { runtimeDir: '/run/a', place: '/run/place' })).toBeUndefined()
})

test('a name that is none adds nothing', () => {
  expect(made({ name: 'exit', options: {}, id: 1 }).start).toEqual({
    command: [],
    env: {},
    witnesses: [],
  })
})

test.each([
  ['noSpace', true, true, false],
  ['jumpWallClock', true, false, false],
  ['failSystemCall', true, true, true],
  ['exit', false, false, false],
  ['toString', false, false, false],
])('%s: a confinement %s, at once %s, shown by the system %s', (name, ...facts) => {
  expect([isConfinement(name), isImmediate(name), isWitnessed(name)]).toEqual(facts)
})

test('system calls are failed by a tracer that is no parent, and writes where it is told to', () => {
  const { scratch, start } = made(fails, dies)
  const tracer = 'strace -D -f -qq -e signal=none -o'
  const [at, place] = [path.resolve('/run/a/state'), scratch.path('place')]
  expect(start.env).toEqual({})
  expect(start.command.join(' ')).toBe(
    `${tracer} ${place}-c1 -P ${at} -P state -e trace=write -e inject=write:signal=KILL:when=1 -- ` +
      `${tracer} ${place}-c0 -e trace=openat -e inject=openat:error=EIO:when=2 --`,
  )
})

test('what makes a file system or a network comes before what is nearer to the program', () => {
  const first = (one: Confinement): string => made(one, fails).start.command[0] ?? ''
  const { command } = made(fails, alone).start
  expect(command[0]).toBe(first(alone))
  expect(command.indexOf('strace')).toBeGreaterThan(0)
})

describe('what the tracer has written', () => {
  test('a call has happened when one thread has come to it so often', () => {
    const { scratch, start } = made(fails)
    const [witness] = start.witnesses
    expect([start.witnesses.length, witness?.id]).toEqual([1, 5])
    expect(witness?.look()).toBeUndefined()
    const write = (log: string): void => writeFileSync(scratch.path('place-c0'), log)
    write('11 openat(AT_FDCWD, "a") = 3\n12 openat(AT_FDCWD, "b") = 3\n12 openat2(AT_FDCWD) = 3\n')
    expect(witness?.look()).toBeUndefined()
    write('11 openat(AT_FDCWD, "a") = 3\n12 openat(AT_FDCWD) = 3\n11   openat(AT_FDCWD, "c") = -1 EIO')
    expect(witness?.look()).toEqual({ call: 'openat', n: 2 })
  })

  test('nobody looks for what nobody wants confirmed', () => {
    expect(made({ ...fails, id: undefined }, { ...alone, id: 7 }).start.witnesses).toEqual([])
  })

  test.skipIf(process.platform === 'win32')('that it cannot be read is no answer', () => {
    const place = `${new Scratch().write('file', '')}/place`
    const witness = confine([fails], { runtimeDir: '/run/a', place })?.witnesses[0]
    expect(() => witness?.look()).toThrow('ENOTDIR')
  })
})

describe('the wall clock', () => {
  test('is right until somebody sets it, and one that was set is left', () => {
    const { scratch, start } = made(jumps)
    const file = scratch.path('place-c0')
    expect(start.command).toEqual([])
    expect(start.env).toEqual({
      LD_PRELOAD: FAKETIME_LIBRARIES.find((library) => existsSync(library)) ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    })
    expect(readFileSync(file, 'utf8')).toBe('+0\n')
    writeFileSync(file, '+60\n')
    confine([jumps], { runtimeDir: '/run/a', place: scratch.path('place') })
    expect(readFileSync(file, 'utf8')).toBe('+60\n')
  })

  test('that cannot be laid out fails the start', () => {
    const place = new Scratch().path('missing/place')
    expect(() => confine([jumps], { runtimeDir: '/run/a', place })).toThrow('ENOENT')
  })

  test('is looked for where distributions put it', () => {
    const places = [
      '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
      '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
      '/usr/lib/arm-linux-gnueabihf/faketime/libfaketimeMT.so.1',
      '/usr/lib/faketime/libfaketimeMT.so.1',
      '/usr/lib64/faketime/libfaketimeMT.so.1',
    ]
    expect(FAKETIME_LIBRARIES).toEqual(expect.arrayContaining(places))
  })
})
