import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import type { AgentEvent } from '../../src/process/agent-event.ts'
import { Attempt, type Conversation } from '../../src/process/attempt.ts'
import { Attempts } from '../../src/process/attempts.ts'
import type { Confinement } from '../../src/process/confinement/index.ts'
import { type AttemptFaults, type FaultSource, NO_FAULTS } from '../../src/process/fault-source.ts'
import { Scratch } from '../support/scratch.ts'

interface Open {
  readonly attempt: Attempt
  readonly attempts: Attempts
  /** What the test was told, and what the faults were, in order. */
  readonly log: string[]
}

/** Names of orders by their numbers, and how its faults answer. */
const FAULTS: Readonly<Record<number, string>> = { 1: 'exit', 2: 'signal', 3: 'hang' }

interface OpenOptions extends Partial<AttemptFaults> {
  readonly saysReady?: boolean
  readonly place?: string
}

function open({ saysReady = true, place = '/place', ...given }: OpenOptions = {}): Open {
  const log: string[] = []
  const note =
    (what: string) =>
    (...args: unknown[]): void =>
      void log.push([what, ...args.map((arg) => JSON.stringify(arg))].join(' '))
  const faults: FaultSource = {
    ...NO_FAULTS,
    begin: (agent, number) => ({
      ...NO_FAULTS.begin(agent, number),
      cannotRefuse: note('faults: cannot refuse'),
      spawned: note('faults: spawned'),
      hello: note('faults: hello'),
      reach: note('faults: reach'),
      fired: (id) => FAULTS[id],
      failed: note('faults: failed'),
      disconnected: note('faults: disconnected'),
      exited: note('faults: exited'),
      ...given,
    }),
  }
  const observe = ({ agent, attempt, kind, ...facts }: AgentEvent): void =>
    void log.push(
      [`${agent} ${attempt} ${kind}`, ...Object.values(facts).map((fact) => JSON.stringify(fact))].join(' '),
    )
  const attempts = new Attempts()
  const context = { attempts, faults, place, observe }
  return { attempts, log, attempt: new Attempt('web', context, saysReady) }
}

const conversation = (log: string[]): Conversation => ({
  listener: undefined,
  signalled: (signal) => void log.push(`session: ${signal}`),
  order: async () => true,
  retract: () => {},
})

test('attempts of an agent are counted, and each has a place of its own', () => {
  const attempts = new Attempts()
  const started: string[] = []
  attempts.onStart = (id) => started.push(id)
  const context = { attempts, faults: NO_FAULTS, place: '/p', observe: () => {} }
  const made = ['web', 'web', 'db'].map((agent) => new Attempt(agent, context))
  expect(made.map(({ agent, number, place }) => [agent, number, place])).toEqual([
    ['web', 1, '/p-web-1'],
    ['web', 2, '/p-web-2'],
    ['db', 1, '/p-db-1'],
  ])
  expect([attempts.upcoming('web'), attempts.upcoming('x'), started]).toEqual([3, 1, ['web', 'web', 'db']])
  expect([attempts.nextMark('m'), attempts.nextMark('n')]).toEqual(['m.1', 'n.2'])
})

test('what an agent says is told to its faults, and to the test', () => {
  const { attempt, log } = open()
  attempt.spawned()
  attempt.connected(conversation(log))
  attempt.hello({ id: 'web', pid: 1, can: ['exit'], points: ['write'] })
  attempt.ready()
  attempt.ready()
  attempt.cue('x')
  attempt.message(2)
  attempt.failed(3, 'it may not')
  attempt.signalled('SIGTERM')
  attempt.ended({ exitCode: null, signal: null })
  expect(log).toEqual([
    'faults: spawned',
    'web 1 spawn',
    'faults: hello ["exit"] ["write"]',
    'web 1 ready',
    'faults: reach "ready"',
    'web 1 cue "x"',
    'faults: reach {"cue":"x"}',
    'faults: reach {"message":2}',
    'faults: failed 3 "it may not"',
    'session: SIGTERM',
    'web 1 signal "SIGTERM"',
    'faults: disconnected',
  ])
})

test('an agent that is up by another sign is so when that comes', () => {
  const { attempt, log } = open({ saysReady: false })
  attempt.ready()
  expect(log).toEqual(['faults: reach "ready"'])
  attempt.becameReady()
  expect(log.slice(1)).toEqual(['web 1 ready', 'faults: reach "ready"'])
})

test('its session has it for a listener, and its welcome says what it is to play', () => {
  const { attempt, log } = open({ welcome: () => [{ id: 1, name: 'exit', options: {}, at: 'ready' }] })
  const session = conversation(log)
  attempt.connected(session)
  expect(session.listener).toBe(attempt)
  expect(attempt.welcome({ lifetime: 5 })).toEqual({
    attempt: 1,
    faults: [{ id: 1, name: 'exit', options: {}, at: 'ready' }],
    script: { lifetime: 5 },
  })
})

test.each<[string, (attempt: Attempt) => void, string]>([
  ['nothing is known', () => {}, 'null null'],
  ['it said so', (attempt) => attempt.ended({ exitCode: 3, signal: null }), '3 null'],
  [
    'it said by which signal',
    (attempt) => attempt.ended({ exitCode: null, signal: 'SIGINT' }),
    'null "SIGINT"',
  ],
  ['it confirmed its exit', (attempt) => attempt.fired(1, { code: 7 }), '7 null'],
  ['it confirmed a SIGKILL', (attempt) => attempt.fired(2, { signal: 'SIGKILL' }), 'null "SIGKILL"'],
  ['it confirmed another signal', (attempt) => attempt.fired(2, { signal: 'SIGTERM' }), 'null null'],
  ['it confirmed what is no end', (attempt) => attempt.fired(3, { code: 7, signal: 'SIGKILL' }), 'null null'],
  ['it confirmed an exit of no code', (attempt) => attempt.fired(1, { code: 'x' }), 'null null'],
  ['it proved nothing', (attempt) => attempt.fired(1, null), 'null null'],
])('how it ended is told at its exit if %s', (_what, say, end) => {
  const { attempt, log } = open()
  attempt.fired(1, { code: 0 })
  const before = open()
  say(before.attempt)
  before.attempt.exited()
  before.attempt.exited({ exitCode: 9, signal: null })
  expect(before.log.filter((line) => line.includes('exit ') && !line.includes('fault'))).toEqual([
    `web 1 exit ${end}`,
  ])
  attempt.ended({ exitCode: null, signal: null })
  attempt.exited()
  expect(log.at(-1)).toBe('web 1 exit 0 null')
})

test('the system knows better how it ended', () => {
  const { attempt, log } = open()
  attempt.ended({ exitCode: 3, signal: null })
  attempt.exited({ exitCode: null, signal: 'SIGKILL' })
  expect(log.slice(-2)).toEqual(['faults: exited', 'web 1 exit null "SIGKILL"'])
})

test('a confirmed fault is told with its proof, and one that is none of ours is not', () => {
  const { attempt, log } = open()
  attempt.fired(3, { for: 'ever' })
  attempt.fired(9, null)
  expect(log).toEqual(['web 1 fault "hang" {"for":"ever"}'])
})

test('a start that failed is told, with the fault that this confirms, and is over', () => {
  const refused = open({
    refusal: 'notFound',
    spawnFailed: (code) => (code === 'ENOENT' ? 'notFound' : undefined),
  })
  expect(refused.attempt.refusal).toBe('notFound')
  refused.attempt.cannotRefuse('why not')
  refused.attempt.spawnFailed('ENOENT')
  refused.attempt.exited()
  expect(refused.log).toEqual([
    'faults: cannot refuse "why not"',
    'web 1 fault "notFound" {"code":"ENOENT"}',
    'web 1 spawn-failed "ENOENT"',
  ])
  const { attempt, log } = open()
  attempt.spawnFailed('EACCES')
  expect(log).toEqual(['web 1 spawn-failed "EACCES"'])
})

test.each<[Parameters<ReturnType<typeof spawn>['kill']>[0], string]>([
  [undefined, 'SIGTERM'],
  ['SIGINT', 'SIGINT'],
  [9, 'SIGKILL'],
])('kill(%s) of a child is followed, and so is its exit', async (signal, name) => {
  const { attempt, log } = open()
  const child = spawn('sleep', ['86400'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  attempt.spawned(child)
  attempt.connected(conversation(log))
  const exited = once(child, 'exit')
  expect([child.kill(0), child.kill(signal)]).toEqual([true, true])
  await exited
  expect(child.kill()).toBe(false)
  expect(log.slice(2)).toEqual([
    `session: ${name}`,
    `web 1 signal "${name}"`,
    'faults: exited',
    `web 1 exit null "${name}"`,
  ])
})

test('a start that has to be made ready is, and what the system shows is told before the next event, in order', () => {
  const scratch = new Scratch()
  const call = (id: number, name: string): Confinement => ({
    name: 'failSystemCall',
    options: { name, n: 1 },
    id,
  })
  let look = (): void => {}
  const { attempt, log } = open({
    place: scratch.path('place'),
    confinements: [call(3, 'fsync'), call(2, 'write'), call(1, 'mkdir')],
    confined: (looks) => (look = looks),
  })
  expect(attempt.confine(scratch.root)?.command[0]).toBe('strace')
  look()
  expect(log).toEqual([])
  const name = path.basename(attempt.place)
  scratch.write(`${name}-c0`, '12 fsync(3) = -1 EIO\n')
  scratch.write(`${name}-c1`, '12 write(3) = -1 EIO\n')
  attempt.cue('x')
  look()
  scratch.write(`${name}-c2`, '12 mkdir("x") = -1 EIO\n')
  look()
  expect(log).toEqual([
    'web 1 fault "hang" {"call":"fsync","n":1}',
    'web 1 fault "signal" {"call":"write","n":1}',
    'web 1 cue "x"',
    'faults: reach {"cue":"x"}',
    'web 1 fault "exit" {"call":"mkdir","n":1}',
  ])
  expect(open().attempt.confine(scratch.root)).toBeUndefined()
})

test('an agent that nobody has heard of yet is ready when it says so, and may be sent a signal', () => {
  const events: string[] = []
  const observe = ({ kind }: AgentEvent): void => void events.push(kind)
  const attempt = new Attempt('web', { attempts: new Attempts(), faults: NO_FAULTS, place: '/p', observe })
  attempt.signalled('SIGTERM')
  attempt.ready()
  expect(events).toEqual(['signal', 'ready'])
})
