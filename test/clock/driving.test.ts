import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { Scratch } from '../support/scratch.ts'
import { burn } from '../support/load.ts'
import { CrashLoop } from '../support/crash-loop.ts'
import { openClock } from '../support/virtual-clock.ts'

/** 1, 2, 4 … 60 s after each other. */
const STARTS = [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363].map((s) => s * 1000)

test('a supervisor of crashing programs starts them at exactly its own delays', async () => {
  const open = openClock()
  const loop = new CrashLoop(open, () => spawn('sh', ['-c', 'exit 3']), { runs: STARTS.length })
  await open.clock.runUntil(loop.ended)
  expect(open.log).toEqual(STARTS.flatMap((at) => [`${at} program starts`, `${at} program exits with 3`]))
  expect(open.clock.timers).toEqual([])
})

test('a busy machine changes none of it', async () => {
  burn(2)
  const open = openClock()
  const loop = new CrashLoop(open, () => spawn('sh', ['-c', 'echo up; exit 3']), { runs: STARTS.length })
  await open.clock.runUntil(loop.ended)
  expect(open.log).toEqual(
    STARTS.flatMap((at) => [`${at} program starts`, `${at} program says up`, `${at} program exits with 3`]),
  )
})

test('a program that looks again and again for what the test makes is served', async () => {
  const scratch = new Scratch()
  const file = scratch.path('made')
  const open = openClock()
  const poller = spawn('sh', ['-c', `while [ ! -e ${file} ]; do sleep 0.05; done; echo found`])
  const other = spawn('sh', ['-c', 'exit 1'])
  other.on('exit', () => writeFileSync(file, ''))
  poller.stdout.on('data', (chunk: Buffer) => open.note(chunk.toString().trim()))
  await open.clock.runUntil(once(poller, 'close'))
  expect(open.log).toEqual(['0 found'])
})

const HOURS = 2 * 3600 * 1000

/** A program that answers each ping, pinged every 30 s for two hours; an answer that takes 5 s is one that failed. */
async function heartbeats(file: string, args: string[]): Promise<string[]> {
  const open = openClock()
  const child = spawn(file, args)
  let unanswered: NodeJS.Timeout | undefined
  child.stdout.on('data', (chunk: Buffer) => {
    clearTimeout(unanswered)
    open.note(chunk.toString().trim())
  })
  const interval = setInterval(() => {
    child.stdin.write('ping\n')
    unanswered = setTimeout(() => open.note('timeout'), 5000)
  }, 30_000)
  await open.clock.advance(HOURS)
  clearInterval(interval)
  child.kill('SIGKILL')
  await open.clock.runUntil(once(child, 'close'))
  open.remove()
  return open.log
}

const BEATS = Array.from({ length: HOURS / 30_000 }, (_, i) => `${(i + 1) * 30_000} ping`)
const NODE_ECHO = 'process.stdin.on("data", (data) => process.stdout.write(data))'

test.for([
  ['sh', ['-c', 'while read line; do echo $line; done']],
  [process.execPath, ['-e', NODE_ECHO]],
] as const)('%s answers for two hours and is never late, under load', async ([file, args]) => {
  burn(2)
  for (let run = 0; run < 5; run++) expect(await heartbeats(file, [...args])).toEqual(BEATS)
})
