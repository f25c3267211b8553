import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { text } from 'node:stream/consumers'

import { expect, onTestFinished, test } from 'vitest'

import { noEvidence } from '../../src/clock/evidence/index.ts'
import { ClockServer } from '../../src/participants/clock-server.ts'
import { failure } from '../support/agents.ts'
import { Scratch } from '../support/scratch.ts'
import { openClock } from '../support/virtual-clock.ts'

const programs = path.join(import.meta.dirname, 'programs')

/** A clock on a system that shows no processes, as those that are not Linux. */
function openUnseen({ patience = 10_000 } = {}) {
  let server: ClockServer | undefined
  const directory = new Scratch().root
  const open = openClock(
    {},
    {
      evidence: noEvidence,
      patience,
      participants: (host) => (server = new ClockServer({ directory, name: '1' }, host)),
    },
  )
  server!.open()
  const start = (...args: string[]) => {
    const env = { ...process.env, ...server!.environment(server!.nextPlace(), {}) }
    return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  }
  return { ...open, start }
}

test('where the system shows no processes, those who go by the clock are asked whether they rest', async () => {
  const { clock, start } = openUnseen()
  const supervisor = start(path.join(programs, 'pair.cjs'))
  const output = text(supervisor.stdout)
  await clock.runUntil(once(supervisor, 'close'))
  expect(await output).toBe('0 up\n1000 exit 3\n3000 up\n4000 exit 3\n6000 up\n7000 exit 3\n')
  expect(clock.now).toBe(7000)
  expect(clock.evidence).toBe('cooperative')
})

test('a child that does not go by the clock cannot be seen there, and no time passes', async () => {
  const { clock, start } = openUnseen({ patience: 1000 })
  const supervisor = start(
    '-e',
    `const c = require('child_process').spawn('sleep', ['7301']); process.on('SIGTERM', () => { c.kill(); process.exit() }); setTimeout(() => {}, 5000)`,
  )
  const error = await failure(clock.runUntil(once(supervisor, 'close')))
  expect(error).toMatchObject({ code: 'ERR_CLOCK_STALLED' })
  expect(error.message).toContain('this system does not show whether it rests')
  onTestFinished(() => void supervisor.kill('SIGTERM'))
})
