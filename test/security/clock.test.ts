import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { ClockServer } from '../../src/participants/clock-server.ts'
import { underClock } from '../participants/under-clock.ts'
import { failure } from '../support/agents.ts'
import { alive } from '../support/alive.ts'
import { Scratch } from '../support/scratch.ts'
import { until } from '../support/until.ts'
import { openClock } from '../support/virtual-clock.ts'

const HELLO = { t: 'hello', pid: 1, place: '7', thread: 0, program: 'stranger', now: 0 }
const REST = {
  t: 'rest',
  heard: 0,
  events: 1,
  held: 0,
  timers: [],
  children: [],
  started: 0,
}

/** A clock to whose socket anybody may speak. */
function openListening({ patience = 10_000 } = {}) {
  const directory = new Scratch().root
  let server: ClockServer | undefined
  const { clock } = openClock(
    {},
    { patience, participants: (host) => (server = new ClockServer({ directory, name: '1' }, host)) },
  )
  server!.open()
  return { clock, server: server!, socket: path.join(directory, '1.clock') }
}

/** Says all of this, each on a line. */
function say(address: string, ...frames: readonly (object | string)[]): net.Socket {
  const socket = net.connect(address).on('error', () => {})
  onTestFinished(() => void socket.destroy())
  socket.resume()
  for (const frame of frames) socket.write(typeof frame === 'string' ? frame : `${JSON.stringify(frame)}\n`)
  return socket
}

/** A process that belongs to no test. */
function bystander(): number {
  const { PATH = '' } = process.env
  const child = spawn('sleep', ['86400'], { env: { PATH }, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child.pid ?? 0
}

test.each<[string, ...(object | string)[]]>([
  ['no JSON', 'nonsense\n'],
  ['a line without an end', 'x'.repeat(2_000_000)],
  ['a kind that there is not', HELLO, { t: 'toString' }],
  ['a greeting without a place', { ...HELLO, place: undefined }],
  ['a place of a million parts', { ...HELLO, place: '1.'.repeat(300_000) + '1' }],
  ['no greeting', REST],
  ['two greetings', HELLO, HELLO],
  ['a rest without its timers', HELLO, { ...REST, timers: undefined }],
  ['timers that are none', HELLO, { ...REST, timers: [null] }],
  ['children that are none', HELLO, { ...REST, children: 5 }],
  ['a next timer that is no number', HELLO, { ...REST, next: 'soon' }],
  ['work that is no list', HELLO, { t: 'busy', with: 1 }],
  ['a process of no number', HELLO, { t: 'started', pid: '1' }],
  ['a real timer that is none', HELLO, { t: 'uncontrolled', timer: null }],
])('whoever says %s to the clock is cut off, and time goes on', async (_, ...frames) => {
  const { clock, server, socket } = openListening()
  const spoken = say(socket, ...frames)
  await until('it is cut off', () => spoken.closed)
  await until('nobody is there', () => server.present.length === 0)
  await clock.advance(1000)
  expect(clock.now).toBe(1000)
})

test('of whoever tells of ever more real timers some are kept', async () => {
  const { clock, server, socket } = openListening()
  const timers = Array.from({ length: 200 }, (__, ms) => ({
    t: 'uncontrolled',
    timer: { what: 'AbortSignal.timeout', ms, stack: '', count: 1 },
  }))
  say(socket, { ...HELLO, pid: bystander() }, ...timers, REST)
  await until('it rests', () => server.present.some(({ rests }) => rests))
  expect(clock.uncontrolled).toHaveLength(100)
})

test('time does not go back for a timer that is said to have been due', async () => {
  const { clock, server, socket } = openListening({ patience: 500 })
  await clock.advance(1000)
  say(socket, { ...HELLO, pid: bystander(), now: 1000 }, { ...REST, next: 0 })
  await until('it rests', () => server.present.some(({ rests }) => rests))
  // It does not answer when that is called.
  expect(await failure(clock.next())).toMatchObject({ code: 'ERR_CLOCK_STALLED' })
  expect(clock.now).toBe(1000)
})

test.runIf(process.platform === 'linux')('who works and says that it rests holds up time', async () => {
  const { clock, server, socket } = openListening({ patience: 500 })
  const { pid } = spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
  say(socket, { ...HELLO, pid }, REST)
  await until('it is believed to rest', () => server.present.some(({ rests }) => rests))
  const error = await failure(clock.advance(1000))
  expect(error).toMatchObject({ code: 'ERR_CLOCK_STALLED' })
  expect(clock.now).toBe(0)
})

test.runIf(process.platform === 'linux')(
  'no process is stopped because whoever goes by the clock says that it is one, or has started it',
  async () => {
    const { harness, start } = await underClock()
    await start('process.stdin.resume()')
    const victims = [bystander(), bystander()]
    const [pid, child] = victims
    const run = path.dirname(harness.runtimeDir)
    const name = fs.readdirSync(run).find((file) => file.endsWith('.clock')) ?? ''
    const socket = say(path.join(run, name), { ...HELLO, pid }, { t: 'started', pid: child }, REST)
    await once(socket, 'connect')
    await harness.close()
    expect(victims.map(alive)).toEqual([true, true])
  },
)
