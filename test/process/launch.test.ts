import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'

import { expect, test, vi } from 'vitest'

import { SuperviseError } from '../../src/errors.ts'
import { isExecutable, launch, type LaunchRequest } from '../../src/process/launch.ts'
import type { Refusal } from '../../src/process/refusal.ts'
import { failure } from '../support/agents.ts'
import { Scratch } from '../support/scratch.ts'

const REFUSED: [Refusal, string, string][] = [
  ['notFound', 'ENOENT', 'ERR_AGENT_NOT_FOUND'],
  ['missingDirectory', 'ENOENT', 'ERR_RUNTIME_DIR'],
  ['notExecutable', 'EACCES', 'ERR_AGENT_NOT_EXECUTABLE'],
  ['badInterpreter', 'ENOENT', 'ERR_AGENT_NOT_EXECUTABLE'],
  ['argumentsTooLong', 'E2BIG', 'ERR_AGENT_SPAWN_FAILED'],
  ['textFileBusy', 'ETXTBSY', 'ERR_AGENT_SPAWN_FAILED'],
]

/** A start of this file in the root directory. */
function requestOf(file: string, more: Partial<LaunchRequest> = {}): LaunchRequest {
  const env = { PATH: String(process.env['PATH']) }
  return { what: 'agent "a"', file, args: [], cwd: '/', env, control: false, ...more }
}

/** What a child prints until it ends. */
async function said(child: ChildProcess): Promise<string> {
  const [printed] = await Promise.all([text(child.stdout as NodeJS.ReadableStream), once(child, 'close')])
  return printed
}

test('a child gets its arguments, its directory and its variables, and nothing else', async () => {
  const program = new Scratch().shell('echo "$# $1 $PWD $X $HOME"')
  const { env } = requestOf('')
  const request = requestOf(program, { args: ['one'], env: { ...env, X: 'x' } })
  expect(await launch(request, said)).toBe('1 one / x \n')
})

test('a child has a fourth descriptor when it is to have a socket', async () => {
  const program = new Scratch().shell('exit 0')
  for (const control of [true, false]) {
    const child = await launch(requestOf(program, { control }), (one) => one)
    expect(child.stdio).toHaveLength(control ? 4 : 3)
    await said(child)
  }
})

test('what becomes the program stands before it', async () => {
  const program = new Scratch().shell('echo "$X $1"')
  const before = ['env', 'X=before']
  expect(await launch(requestOf(program, { before, args: ['it'] }), said)).toBe('before it\n')
})

test('what cannot be started is missing itself, whatever would become it', async () => {
  const request = requestOf(new Scratch().path('missing'), { before: ['env', 'X=before'] })
  expect(await failure(launch(request, said))).toMatchObject({ code: 'ERR_AGENT_NOT_FOUND' })
})

test('a file that is still being written is started when that is over', async () => {
  const program = new Scratch().shell('echo up')
  const writing = openSync(program, 'r+')
  const starting = launch(requestOf(program), said)
  closeSync(writing)
  expect(await starting).toBe('up\n')
})

test('a file that somebody goes on writing is not waited for for ever', async () => {
  const program = new Scratch().shell('echo up')
  const writing = openSync(program, 'r+')
  try {
    const error = await failure(launch(requestOf(program), said))
    expect(error).toMatchObject({ code: 'ERR_AGENT_SPAWN_FAILED', cause: { code: 'ETXTBSY' } })
  } finally {
    closeSync(writing)
  }
})

test('a start that the system refuses is not tried again, and its error comes before that of a signal', async () => {
  const stop = new AbortController()
  const starting = launch(requestOf('/no/such/file', { signal: stop.signal }), said)
  stop.abort(new Error('meanwhile'))
  expect(await failure(starting)).toMatchObject({ code: 'ERR_AGENT_NOT_FOUND' })
})

test('an aborted signal has nothing started', async () => {
  const adopt = vi.fn<() => void>()
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(launch(requestOf('/bin/true', { signal }), adopt)).rejects.toThrow('enough')
  expect(adopt).not.toHaveBeenCalled()
})

test.each(REFUSED)('a start refused by %s fails with %s, and leaves nothing', async (kind, errno, code) => {
  const scratch = new Scratch()
  const adopt = vi.fn<() => void>()
  const impossible = vi.fn<() => void>()
  const refusal = { kind, place: scratch.path('place'), impossible }
  const error = await failure(launch(requestOf('/bin/true', { args: ['one'], refusal }), adopt))
  expect(error).toMatchObject({ code, cause: { code: errno } })
  expect(error.message).toContain(`The fault ${kind} of the test has it so (${errno}).`)
  expect([adopt.mock.calls, impossible.mock.calls, readdirSync(scratch.root)]).toEqual([[], [], []])
})

test('a start whose refusal cannot be laid out goes on as ordered, and it is told why', async () => {
  const scratch = new Scratch()
  const program = scratch.shell('echo "$1 $PWD"')
  writeFileSync(scratch.path('place'), 'of somebody else')
  const impossible = vi.fn<(reason: string) => void>()
  const refusal = { kind: 'notExecutable', place: scratch.path('place'), impossible } as const
  expect(await launch(requestOf(program, { args: ['one'], refusal }), said)).toBe('one /\n')
  expect(impossible).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('EEXIST'))
})

test('a refusal changes what refuses, and nothing else', async () => {
  const scratch = new Scratch()
  const place = scratch.path('place')
  // Not missing: it starts.
  mkdirSync(place)
  const refusal = { kind: 'missingDirectory', place, impossible() {} } as const
  const request = requestOf(scratch.shell('echo "$# $1 $PWD"'), { args: ['one'], refusal })
  expect(await launch(request, said)).toBe(`1 one ${place}\n`)
})

test('what is wrong with who takes the child is told as it is', async () => {
  const scratch = new Scratch()
  const program = scratch.shell('exit 0')
  const wrong = new SuperviseError('ERR_SCOPE_CLOSED', 'too late')
  const refuse = async (child: ChildProcess): Promise<never> => {
    await said(child)
    throw wrong
  }
  const refusal = { kind: 'missingDirectory', place: scratch.root, impossible() {} } as const
  expect(await failure(launch(requestOf(program), refuse))).toBe(wrong)
  expect(await failure(launch(requestOf(program, { refusal }), refuse))).toBe(wrong)
})

test('a file is executable by its mode', () => {
  const scratch = new Scratch()
  const files = [scratch.shell('exit 0'), scratch.write('text', ''), scratch.path('missing')]
  expect(files.map(isExecutable)).toEqual([true, false, false])
})
