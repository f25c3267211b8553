import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'

import { expect, onTestFinished, test } from 'vitest'

import { processTable } from '../../src/process/table/index.ts'
import { openClock } from '../support/virtual-clock.ts'

const BYTES = 5_000_000
const printing = (bytes = BYTES, then = ''): [string, string[]] => [
  'sh',
  ['-c', `head -c ${bytes} /dev/zero; ${then}`],
]

test('five megabytes are heard in full, before the exit and before time moves', async () => {
  const open = openClock()
  const child = spawn(...printing())
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length))
  child.on('exit', () => open.note(`exit after ${bytes}`))
  child.on('close', () => open.note(`close after ${bytes}`))
  setTimeout(() => open.note('guard'), 1)
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log).toEqual([`0 exit after ${BYTES}`, `0 close after ${BYTES}`])
})

test('where the pieces of an output end is not chance', async () => {
  const open = openClock()
  const child = spawn('sh', ['-c', 'echo one; sleep 0.05; echo two; sleep 0.05; echo three'])
  child.stdout.on('data', (chunk: Buffer) => open.note(JSON.stringify(chunk.toString())))
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log).toEqual([String.raw`0 "one\ntwo\nthree\n"`])
})

test('a reader that pauses makes its writer wait, and time goes on', async () => {
  const open = openClock()
  const child = spawn(...printing())
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    child.stdout.pause()
  })
  child.on('exit', () => open.note('exit'))
  await open.clock.advance(1000)
  expect(bytes).toBeLessThan(BYTES)
  expect(open.log).toEqual([])
  child.stdout.removeAllListeners('data')
  child.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length))
  child.stdout.resume()
  await open.clock.runUntil(once(child, 'close'))
  expect(bytes).toBe(BYTES)
  expect(open.log).toEqual(['1000 exit'])
})

test('a reader that takes a second of virtual time for each piece gets all', async () => {
  const open = openClock()
  const child = spawn(...printing())
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    child.stdout.pause()
    setTimeout(() => child.stdout.resume(), 1000)
  })
  await open.clock.runUntil(once(child, 'close'))
  expect(bytes).toBe(BYTES)
  expect(open.clock.now).toBeGreaterThan(0)
})

test('an output that nobody reads does not keep a program from ending', async () => {
  const open = openClock()
  const child = spawn('sh', ['-c', 'echo unread; exit 1'])
  await open.clock.runUntil(once(child, 'close'))
  const silent = spawn(...printing())
  silent.on('exit', () => open.note('exit'))
  await open.clock.advance(1000)
  expect(open.log).toEqual([])
})

test('an empty output ends although its reader never reads', async () => {
  const open = openClock()
  const child = spawn('sh', ['-c', 'exit 1'])
  child.stdout.on('readable', () => {}).on('end', () => open.note('end'))
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log).toEqual(['0 end'])
})

test('text is decoded also where a character is cut in two', async () => {
  const open = openClock()
  const child = spawn('sh', ['-c', String.raw`printf 'a\303'; sleep 0.02; printf '\244b'`])
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (chunk: string) => open.note(chunk))
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log).toEqual(['0 aäb'])
})

test('an output goes on into another stream', async () => {
  const open = openClock()
  const into = new PassThrough()
  const child = spawn(...printing(BYTES, 'exit 1'))
  child.stdout.pipe(into)
  const all = text(into)
  setTimeout(() => open.note('guard'), 1)
  expect(await open.clock.runUntil(all)).toHaveLength(BYTES)
  expect(open.log).toEqual([])
})

test('an output goes on into the input of another program', async () => {
  const open = openClock()
  const from = spawn(...printing(BYTES, 'exit 1'))
  const count = spawn('wc', ['-c'])
  from.stdout.pipe(count.stdin)
  setTimeout(() => open.note('guard'), 1)
  expect((await open.clock.runUntil(text(count.stdout))).trim()).toBe(String(BYTES))
  expect(open.log).toEqual([])
})

test('an output is iterated over', async () => {
  const open = openClock()
  const child = spawn(...printing())
  const work = (async () => {
    let bytes = 0
    for await (const chunk of child.stdout) bytes += (chunk as Buffer).length
    return bytes
  })()
  expect(await open.clock.runUntil(work)).toBe(BYTES)
})

test('an output is read by hand', async () => {
  const open = openClock()
  const child = spawn(...printing())
  let bytes = 0
  child.stdout.on('readable', () => {
    for (let chunk = child.stdout.read(); chunk !== null; chunk = child.stdout.read()) bytes += chunk.length
  })
  await open.clock.runUntil(once(child, 'close'))
  expect(bytes).toBe(BYTES)
})

test('a program killed while it prints ends, with what it printed', async () => {
  const open = openClock()
  const child = spawn('sh', ['-c', 'echo before; exec sleep 1000'])
  child.stdout.on('data', (chunk: Buffer) => open.note(chunk.toString().trim()))
  child.on('exit', (_, signal) => open.note(`exit ${signal}`))
  child.on('close', (_, signal) => open.note(`close ${signal}`))
  setTimeout(() => child.kill('SIGKILL'), 500)
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log).toEqual(['0 before', '500 exit SIGKILL', '500 close SIGKILL'])
})

test('a program killed in the middle of megabytes ends', async () => {
  const open = openClock()
  const child = spawn('cat', ['/dev/zero'])
  child.stdout.once('data', () => child.kill('SIGKILL'))
  child.stdout.resume()
  await open.clock.runUntil(once(child, 'close'))
  expect(child.signalCode).toBe('SIGKILL')
})

test('an input that is never read keeps no time from moving', async () => {
  const open = openClock()
  const child = spawn('sleep', ['1000'])
  const written = new Promise<void>((resolve) => child.stdin.write(Buffer.alloc(BYTES), () => resolve()))
  void written.then(() => open.note('written'))
  child.stdin.on('error', (error: NodeJS.ErrnoException) => open.note(String(error.code)))
  await open.clock.advance(5000)
  expect(open.log).toEqual([])
  child.kill()
  await open.clock.runUntil(once(child, 'exit'))
  expect(child.signalCode).toBe('SIGTERM')
})

test('an input that is read comes back in full, before time moves', async () => {
  const open = openClock()
  const child = spawn('cat')
  child.stdin.end(Buffer.alloc(BYTES))
  setTimeout(() => open.note('guard'), 1)
  expect(await open.clock.runUntil(text(child.stdout))).toHaveLength(BYTES)
  expect(open.log).toEqual([])
})

test('an output that is destroyed is not waited for', async () => {
  const open = openClock()
  const child = spawn('sh', ['-c', 'echo one; exec cat'])
  child.stdout.once('data', () => child.stdout.destroy())
  child.on('exit', () => open.note('exit'))
  child.on('close', () => open.note('close'))
  setTimeout(() => child.stdin.end(), 100)
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log).toEqual(['100 exit', '100 close'])
})

test('a pipe that a program closes while it goes on is heard of', async () => {
  const open = openClock()
  const child = spawn('sh', ['-c', 'exec >&-; read line'])
  child.stdout.on('end', () => open.note('end')).resume()
  child.on('exit', () => open.note('exit'))
  setTimeout(() => child.stdin.end(), 100)
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log).toEqual(['0 end', '100 exit'])
})

/** A program that ends and leaves another one behind, which holds its output. */
function leaving(behind: string): ChildProcess {
  return spawn('sh', ['-c', `${behind} & exit 3`], { env: { ...process.env, SUPERVISE_MARK: MARK } })
}

const MARK = `pipes-${process.pid}`
const survivors = (): number[] => {
  const left = processTable.younger().filter(({ mark }) => mark === MARK)
  return left.map(({ pid }) => pid)
}
const killSurvivors = (): void => survivors().forEach((pid) => process.kill(pid, 'SIGKILL'))

test.for([
  ['waits for ever', 'tail -f /dev/null'],
  ['sleeps for long', 'sleep 1000'],
])('an output held by a process that %s is not waited for', async ([, behind = '']) => {
  onTestFinished(killSurvivors)
  const open = openClock({}, { survivors })
  const child = leaving(behind)
  child.on('exit', (code) => open.note(`exit ${code}`))
  child.on('close', () => open.note('close'))
  child.stdout?.resume()
  setTimeout(() => open.note('later'), 10_000)
  await open.clock.advance(20_000)
  expect(open.log).toEqual(['0 exit 3', '10000 later'])
  expect(survivors()).toHaveLength(1)
  killSurvivors()
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log.at(-1)).toBe('20000 close')
})

test('an output held by a process at work is waited for', async () => {
  onTestFinished(killSurvivors)
  const open = openClock({}, { survivors })
  const child = leaving('(sleep 0.2; echo done)')
  child.stdout?.on('data', (chunk: Buffer) => open.note(chunk.toString().trim()))
  child.on('exit', (code) => open.note(`exit ${code}`))
  child.on('close', () => open.note('close'))
  setTimeout(() => open.note('guard'), 1)
  await open.clock.runUntil(once(child, 'close'))
  expect(open.log.toSorted()).toEqual(['0 close', '0 done', '0 exit 3'])
  expect(open.log.at(-1)).toBe('0 close')
})

test('an output whose holder nobody knows is not waited for long', async () => {
  onTestFinished(killSurvivors)
  const open = openClock()
  const child = leaving('tail -f /dev/null')
  child.on('exit', (code) => open.note(`exit ${code}`))
  child.on('close', () => open.note('close'))
  await open.clock.advance(1000)
  expect(open.log).toEqual(['0 exit 3'])
  killSurvivors()
  await open.clock.runUntil(once(child, 'close'))
})
