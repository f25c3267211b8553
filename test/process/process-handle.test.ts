import { writeFileSync } from 'node:fs'

import { expect, onTestFinished, test, vi } from 'vitest'

import { failure, pidOf, start } from '../support/agents.ts'
import { alive } from '../support/alive.ts'
import { brief, eventsOf, openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'
import { turns, until } from '../support/until.ts'

test('the last words of an agent count that others of its group say soon after its end', async () => {
  const scratch = new Scratch()
  const go = scratch.path('go')
  const later = `(while [ ! -e ${go} ]; do sleep 0.01; done; echo the disk is full >&2)`
  const handle = await start(scratch.shell(`${later} & exit 3`))
  await handle.exited
  await turns()
  writeFileSync(go, '')
  expect((await failure(handle.ready)).message).toContain('the disk is full')
})

test('writing to an agent that has closed its stdin is no error', async () => {
  const uncaught = vi.fn<() => void>()
  process.once('uncaughtException', uncaught)
  onTestFinished(() => void process.off('uncaughtException', uncaught))
  const handle = await start(new Scratch().shell('exec <&-; echo up; exec sleep 86400'))
  await handle.stdout.line('up')
  handle.process.stdin?.write('hello?')
  await until('the pipe is broken', () => handle.process.stdin?.destroyed)
  await turns()
  expect(uncaught).not.toHaveBeenCalled()
})

test('who waits for a line in vain is told how the agent ended, and its last words', async () => {
  const handle = await start(new Scratch().shell('exec >&-; read line; echo the disk is full >&2; exit 78'))
  const failing = failure(handle.stdout.line('up'))
  await until('its output has ended', () => handle.process.stdout?.closed)
  await turns()
  handle.process.stdin?.end('\n')
  expect((await failing).message).toBe(
    'stdout of agent "a" ended without a line that matches up. Nothing was printed on stdout of agent "a". ' +
      'agent "a" exited with code 78. The last lines on stderr of agent "a":\n    the disk is full',
  )
})

test('an agent that closes its output and goes on is not said to have ended', async () => {
  const handle = await start(new Scratch().shell('exec >&-; exec sleep 86400'))
  expect((await failure(handle.stdout.line('up'))).message).toBe(
    'stdout of agent "a" ended without a line that matches up. Nothing was printed on stdout of agent "a". ' +
      'Nothing was printed on stderr of agent "a".',
  )
  expect(alive(handle.pid)).toBe(true)
})

test('close tells of the signals that it sends', async () => {
  const harness = await openHarness({ spawn: { readyWhen: { stdout: 'up' }, closeGrace: 50 } })
  const events = eventsOf(harness)
  const program = new Scratch().shell(`trap '' TERM; echo up; while :; do sleep 0.01; done`)
  const handle = await harness.spawnerOf(program).spawn('a')
  await handle.ready
  await handle.close()
  const sent = ['a 1 signal SIGTERM', 'a 1 signal SIGKILL', 'a 1 exit SIGKILL']
  expect(brief(events)).toEqual(['a 1 spawn', 'a 1 ready', ...sent])
})

test.each([
  ['exit 0', '0'],
  ['kill -KILL $$', 'SIGKILL'],
])('an agent that has ended by %s is sent no signal, though others of its group live', async (end, exit) => {
  const harness = await openHarness({ spawn: { readyWhen: 'spawn' } })
  const events = eventsOf(harness)
  const program = new Scratch().shell(`sleep 86400 & echo "child $!"; ${end}`)
  const handle = await harness.spawnerOf(program).spawn('a')
  await handle.exited
  const child = await pidOf(handle, 'child')
  expect(alive(child)).toBe(true)
  await handle.close()
  expect(alive(child)).toBe(false)
  expect(brief(events)).toEqual(['a 1 spawn', 'a 1 ready', `a 1 exit ${exit}`])
})
