import { PassThrough } from 'node:stream'

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { AgentOutput } from '../../src/process/agent-output.ts'
import { failure, start } from '../support/agents.ts'
import { Scratch } from '../support/scratch.ts'
import { collect, turns, until } from '../support/until.ts'

const MIB = 1024 * 1024

function output(): { stream: PassThrough; out: AgentOutput } {
  const stream = new PassThrough({ highWaterMark: 8 * MIB })
  return { stream, out: new AgentOutput(stream, 'stdout of agent "a"') }
}

test('lines and text are the same however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'ü', '日', '😀', '\n', '\r\n', '')),
      fc.array(fc.nat(5), { minLength: 1 }),
      async (parts, sizes) => {
        const text = parts.join('')
        const { stream, out } = output()
        const bytes = Buffer.from(text)
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const size = 1 + (sizes[n % sizes.length] ?? 0)
          stream.write(bytes.subarray(at, at + size))
          at += size
        }
        stream.end()
        const expected = text.split('\n')
        const rest = expected.pop() ?? ''
        const lines = [...expected.map((line) => line.replace(/\r$/, '')), ...(rest === '' ? [] : [rest])]
        expect(await collect(out)).toEqual(lines)
        expect(out.text).toBe(text)
      },
    ),
    { numRuns: 150 },
  )
})

test('a program that cuts a character in two is understood', async () => {
  const handle = await start(
    new Scratch().shell(String.raw`printf 'gr\303'; sleep 0.05; printf '\274n\r\nlast'`),
  )
  expect(await collect(handle.stdout)).toEqual(['grün', 'last'])
})

test('bytes that are no UTF-8 do not stop it', async () => {
  const { stream, out } = output()
  stream.end(Buffer.from([0x61, 0xff, 0x0a, 0xc3]))
  expect(await collect(out)).toEqual(['a\ufffd', '\ufffd'])
})

test('a last line without its end is given when the output ends, not before', async () => {
  const { stream, out } = output()
  const lines = out[Symbol.asyncIterator]()
  stream.write('one\ntw')
  expect(await lines.next()).toEqual({ done: false, value: 'one' })
  let given = false
  const next = lines.next().finally(() => (given = true))
  await turns()
  expect(given).toBe(false)
  stream.end('o')
  expect(await next).toEqual({ done: false, value: 'two' })
  expect(await lines.next()).toEqual({ done: true, value: undefined })
})

test('every iterator sees every line, whenever it begins', async () => {
  const { stream, out } = output()
  const early = collect(out)
  stream.write('one\n')
  await turns()
  const middle = collect(out)
  stream.end('two\n')
  expect(await Promise.all([early, middle, collect(out)])).toEqual(
    Array.from({ length: 3 }, () => ['one', 'two']),
  )
})

test('the last MiB is kept, in whole lines, and the text says that it is not all', async () => {
  const { stream, out } = output()
  for (let n = 0; n < 300_000; n++) stream.write(`line ${n}\n`)
  stream.end()
  const lines = await collect(out)
  expect(out.truncated).toBe(true)
  expect(out.text).toHaveLength(MIB)
  expect(out.text.endsWith('line 299999\n')).toBe(true)
  expect(lines[0]).toMatch(/^line \d+$/)
  expect(lines.at(-1)).toBe('line 299999')
})

test('a MiB exactly is not truncated', async () => {
  const { stream, out } = output()
  stream.end('x'.repeat(MIB))
  await collect(out)
  expect([out.text.length, out.truncated]).toEqual([MIB, false])
})

test('an endless line is kept to its last MiB', async () => {
  const { stream, out } = output()
  for (let n = 0; n < 64; n++) stream.write('x'.repeat(MIB / 8))
  await turns()
  expect(out.truncated).toBe(true)
  expect(out.text).toBe('x'.repeat(MIB))
  stream.end('end\n')
  const line = await out.line(/end$/)
  expect(line).toMatch(/^x+end$/)
  expect(line.length).toBeLessThan(2 * MIB)
})

test.each([
  ['at', MIB],
  ['one before', MIB - 1],
  ['one after', MIB + 1],
])('of whole lines a MiB is kept, also where one ends %s the cut', async (_where, end) => {
  const { stream, out } = output()
  stream.write(`${'x'.repeat(end)}\n${'y'.repeat(2 * MIB - end)}`)
  await turns()
  expect([out.truncated, out.text.length]).toEqual([true, MIB])
})

test('what is printed beyond a MiB is truncated before any of it is dropped', async () => {
  const { stream, out } = output()
  stream.write('x'.repeat(MIB + 1))
  await turns()
  expect([out.truncated, out.text.length]).toEqual([true, MIB])
})

test('a short line after a very long one does not push it all out', async () => {
  const { stream, out } = output()
  stream.write('x'.repeat(2 * MIB - 2))
  stream.write('\nlast\n')
  stream.end()
  await collect(out)
  expect(out.text).toHaveLength(MIB)
  expect(out.text.endsWith('x\nlast\n')).toBe(true)
})

test('a reader who falls behind goes on with what is kept', async () => {
  const { stream, out } = output()
  const lines = out[Symbol.asyncIterator]()
  stream.write('first\n')
  expect((await lines.next()).value).toBe('first')
  for (let n = 0; n < 300_000; n++) stream.write(`line ${n}\n`)
  stream.end()
  await until('it has ended', () => stream.closed)
  expect((await lines.next()).value).toMatch(/^line \d+$/)
})

test('line finds what is past and what is to come', async () => {
  const { stream, out } = output()
  stream.write('port 80\nport 81\n')
  expect(await out.line('port')).toBe('port 80')
  expect(await out.line(/1$/)).toBe('port 81')
  const future = out.line('port 82')
  stream.write('port 8')
  stream.write('2\r\n')
  expect(await future).toBe('port 82')
})

test('a global expression finds the same line every time', async () => {
  const { stream, out } = output()
  stream.write('aa\n')
  const match = /a/g
  expect([await out.line(match), await out.line(match)]).toEqual(['aa', 'aa'])
})

test('a string is looked for as it is, and not as a pattern', async () => {
  const { stream, out } = output()
  stream.write('axb (\na.b (\n')
  expect(await out.line('a.b (')).toBe('a.b (')
})

test('line finds a last line that has no end', async () => {
  const { stream, out } = output()
  stream.end('up')
  expect(await out.line('up')).toBe('up')
})

test('line rejects when the output ends without a match, and quotes what there was', async () => {
  const handle = await start(new Scratch().shell('echo something else'))
  const error = await failure(handle.stdout.line(/^up$/))
  expect(error).toMatchObject({ code: 'ERR_AGENT_EXITED', match: '/^up$/' })
  expect(error.message).toContain('stdout of agent "a"')
  expect(error.message).toContain('/^up$/')
  expect(error.message).toContain('something else')
  expect((await failure(handle.stderr.line('x'))).message).toContain(
    'Nothing was printed on stderr of agent "a".',
  )
})

test('line says in vain nothing but what was printed', async () => {
  const { stream, out } = output()
  stream.end('one\n\n')
  expect((await failure(out.line('two'))).message).toBe(
    'stdout of agent "a" ended without a line that matches two. The last lines on stdout of agent "a":\n    one',
  )
})

test('the last lines are as many as are asked for, without what is blank at the end', () => {
  const { stream, out } = output()
  stream.write('  one\ntwo\n  three\n \n\n')
  expect(out.lastLines(2)).toBe('The last lines on stdout of agent "a":\n    two\n      three')
  const blank = output()
  blank.stream.write(' \n \n')
  expect(blank.out.lastLines(2)).toBe('Nothing was printed on stdout of agent "a".')
})

test('line rejects with the reason of its signal', async () => {
  const { stream, out } = output()
  const stop = new AbortController()
  const waiting = out.line('never', { signal: stop.signal })
  stream.write('other\n')
  await turns()
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(out.line('other', { signal: AbortSignal.abort(new Error('at once')) })).rejects.toThrow(
    'at once',
  )
})

test('an output whose pipe breaks has ended', async () => {
  const { stream, out } = output()
  stream.write('one\n')
  await turns()
  stream.destroy(new Error('EIO'))
  expect(await collect(out)).toEqual(['one'])
})

test('the excerpt has the last lines under the name of the output', () => {
  const { stream, out } = output()
  expect(out.excerpt()).toBeUndefined()
  stream.write('one\ntwo\nthree\n')
  expect(out.excerpt()).toBe('stdout of agent "a":\n    one\n    two\n    three')
  expect(out.excerpt(3)).toBe(out.excerpt())
  expect(out.excerpt(2)).toBe('stdout of agent "a", the last 2 lines:\n    two\n    three')
})

test('an excerpt has no line ends of Windows, and shows what returns within a line', () => {
  const { stream, out } = output()
  stream.write('one\r\n10 %\r20 %\r\n')
  expect(out.excerpt()).toMatch(/^stdout of agent "a":\n {4}one\n {4}10 %[^\r]+20 %$/)
})
