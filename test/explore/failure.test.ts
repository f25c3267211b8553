import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { expect, test } from 'vitest'

import { explorationOf, type Failure, failureOf, type RecordedFailure } from '../../src/explore/failure.ts'
import { failureFileName, failureText, readFailure, writeFailure } from '../../src/explore/failure-file.ts'
import { Player } from '../../src/explore/player.ts'
import type { Timeline } from '../../src/timeline/timeline.ts'
import { Scratch } from '../support/scratch.ts'
import { failing, FAILURE } from './failing.ts'

async function record(): Promise<RecordedFailure> {
  using player = new Player()
  const { trace, violation } = await player.play(failing, FAILURE.schedule)
  if (!violation) throw new Error('nothing was broken')
  return failureOf(failing, FAILURE.schedule, violation, trace)
}

test('a failure is written as literal JSON, of which each fact has its line', async () => {
  const failure = await record()
  const text = failureText({ ...failure, versions: { 'vitest-supervise': '0.1.0', node: '20.20.2' } })
  expect(text).toMatchInlineSnapshot(`
    "{
      "format": 1,
      "exploration": "the supervisor: stops",
      "breaks": "stop is final",
      "message": "it is started at 1000",
      "schedule": [
        { "attempt": 1, "fault": "exit", "at": "ready" },
        { "step": "stop", "at": 500 }
      ],
      "hash": "e6bc8a3d2065de25",
      "seed": 1,
      "within": 5000,
      "agents": ["worker"],
      "versions": { "vitest-supervise": "0.1.0", "node": "20.20.2" },
      "timeline": [
        "[       0 ms] worker#1     spawned",
        "[       0 ms] worker#1     ready",
        "[       0 ms] worker#1     fault exit {\\"code\\":1}",
        "[       0 ms] worker#1     exited with code 1",
        "[     500 ms]              stop called",
        "[     500 ms]              stop done",
        "[    1000 ms] worker#2     spawned",
        "[    1000 ms] worker#2     ready"
      ]
    }
    "
  `)
  expect(JSON.parse(text)).toMatchObject({ format: 1, schedule: failure.schedule })
})

test('what is written is read again, by its path and by its URL', async () => {
  const { root } = new Scratch()
  const failure = await record()
  const directory = path.join(root, 'found', 'here')
  const file = writeFailure(failure, directory, path.join(root, 'test', 'a b.explore.ts'))
  expect(readdirSync(directory)).toEqual([path.basename(file)])
  expect(path.basename(file)).toBe(`the-supervisor-stops-${failure.hash}.json`)
  const read = { ...failure, file: '../../test/a b.explore.ts' }
  expect(readFailure(file)).toEqual(read)
  expect(readFailure(pathToFileURL(file))).toEqual(read)
  expect(readFailure(pathToFileURL(file).href)).toEqual(read)
  expect(readFailure(read)).toBe(read)
})

test('a timeline that has no end is kept up to a thousand lines', async () => {
  const lines = Array.from({ length: 1001 }, (_, index) => `line ${index}`)
  const timeline = { hash: () => 'a hash', toString: () => lines.join('\n') } as Timeline
  const violation = { invariant: 'it comes to rest', message: 'it does not' }
  const { timeline: kept } = failureOf(failing, [], violation, { timeline })
  expect(kept).toEqual([...lines.slice(0, 1000), '… and more'])
})

test('the same failure is the same file', async () => {
  const [one, other] = [await record(), await record()]
  const { root } = new Scratch()
  const files = [writeFailure(one, root), writeFailure(other, root)]
  expect(files[0]).toBe(files[1])
  expect(readFileSync(files[0] ?? '', 'utf8')).toBe(failureText(one))
})

test.each([
  ['Über-Wächter (v2): läuft!', 'uber-wachter-v2-lauft-0123.json'],
  ['../../etc/passwd', 'etc-passwd-0123.json'],
  ['監視', 'exploration-0123.json'],
  ['a'.repeat(70), `${'a'.repeat(60)}-0123.json`],
])('the failure of %j has a name that every file system takes', (exploration, name) => {
  expect(failureFileName({ exploration, hash: '0123' })).toBe(name)
})

const DAMAGED: Readonly<Record<string, readonly [value: unknown, says: string]>> = {
  'no object': [[1], 'is [1], and no object'],
  'of another format': [
    { format: 2, versions: { 'vitest-supervise': '3.0.0' } },
    'has the format 2, and this version of vitest-supervise reads 1. Use the version that wrote it (3.0.0), or explore again',
  ],
  'without an invariant': [{ schedule: [] }, 'has `breaks`: undefined, which must be a text'],
  'without a schedule': [
    { breaks: 'x' },
    'has `schedule`: undefined, which must be a list of faults and steps',
  ],
  'with a seed that is none': [
    { ...FAILURE, seed: 'x' },
    'has `seed`: "x", which must be a number, 0 or more',
  ],
  'with an unknown fault': [
    { ...FAILURE, schedule: [{ attempt: 1, fault: 'explode', at: 'ready' }] },
    'has as `schedule[0]` {"attempt":1,"fault":"explode","at":"ready"}: A schedule has the fault "explode", but there is none of that name',
  ],
  'with a fault that cannot strike there': [
    { ...FAILURE, schedule: [...FAILURE.schedule, { attempt: 1, fault: 'notFound', at: 'ready' }] },
    'has as `schedule[2]` {"attempt":1,"fault":"notFound","at":"ready"}: The fault notFound() cannot strike at ready',
  ],
  'with a fault of no attempt': [
    { ...FAILURE, schedule: [{ attempt: 0, fault: 'exit', at: 'ready' }] },
    'its `attempt` must be a whole number, 1 or more',
  ],
  'with a fault of an agent that cannot be': [
    { ...FAILURE, schedule: [{ agent: '../x', attempt: 1, fault: 'exit', at: 'ready' }] },
    '../x',
  ],
  'with a step at no time': [
    { ...FAILURE, schedule: [{ step: 'stop', at: 'ready' }] },
    'its `at` must be a number of ms, 0 or more',
  ],
  'with an entry that is nothing': [
    { ...FAILURE, schedule: [{ stop: 1 }] },
    'it is neither a fault, such as { attempt: 1, fault: "exit", at: "ready" }, nor a step',
  ],
}

test.each(Object.entries(DAMAGED))('a failure %s is refused', (_, [value, says]) => {
  expect(() => readFailure(value as Failure)).toThrow(
    expect.objectContaining({
      code: 'ERR_FAILURE_INVALID',
      message: expect.stringContaining(says) as string,
    }),
  )
})

test('a file that is no JSON, and one that is not there, are named', () => {
  const file = path.join(new Scratch().root, 'found.json')
  expect(() => readFailure(file)).toThrow(`The failure in ${file} cannot be read (ENOENT).`)
  writeFileSync(file, '{ "breaks": "x", ')
  expect(() => readFailure(file)).toThrow(`The failure in ${file} is no JSON: `)
  expect(() => readFailure(new URL('https://example.com/found.json'))).toThrow(
    'The failure at https://example.com/found.json cannot be read: only URLs of files can',
  )
})

test.each<[string, Failure, string]>([
  [
    'has no such step',
    { ...FAILURE, schedule: [{ step: 'restart', at: 1 }] },
    'The failure that is to be replayed by "the supervisor: stops" needs the step "restart", and its steps are "stop".',
  ],
  [
    'has no such agent for a fault',
    { ...FAILURE, schedule: [{ agent: 'web', attempt: 1, fault: 'exit', at: 'ready' }] },
    'needs the agent "web", and its agents are "worker".',
  ],
  [
    'has other agents',
    { ...FAILURE, agents: ['worker', 'db'] },
    'needs the agent "db", and its agents are "worker".',
  ],
])('an exploration that %s cannot have failed so', (_, failure, says) => {
  expect(() => explorationOf(failing, failure)).toThrow(says)
})

test('an exploration is played as it was when it failed', () => {
  expect(explorationOf(failing, { ...FAILURE, seed: 9, within: 70 })).toMatchObject({ seed: 9, within: 70 })
  expect(explorationOf(failing, FAILURE)).toMatchObject({ seed: 1, within: 5000 })
})
