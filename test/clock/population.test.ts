import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, onTestFinished, test } from 'vitest'

import type { Evidence, Rest } from '../../src/clock/evidence/evidence.ts'
import { Population } from '../../src/clock/population.ts'
import { until } from '../support/until.ts'

interface Open {
  readonly population: Population
  /** What the system shows of each process. */
  readonly shown: Map<number, Evidence>
  readonly survivors: number[]
  owned: boolean
  activity: number
}

function open(): Open {
  const shown = new Map<number, Evidence>()
  const opened: Open = {
    shown,
    survivors: [],
    owned: true,
    activity: 0,
    population: new Population({
      evidence: { look: (pid) => shown.get(pid) },
      owns: () => opened.owned,
      survivors: () => opened.survivors,
      onActivity: () => (opened.activity += 1),
    }),
  }
  onTestFinished(() => opened.population.stop(() => false))
  return opened
}

function sleeper(): ChildProcess {
  const child = spawn('sleep', ['86400'], { stdio: 'ignore' })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await until('it is dead', () => child.pid === undefined || !isThere(child.pid))
  })
  return child
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const rests = (rest: Rest): Evidence => ({
  rest,
  fingerprint: rest,
  lines: [`it is ${rest}`],
  covers: () => false,
})

test('nobody is at rest, and exactly so', () => {
  const { population } = open()
  population.start([])
  expect({ ...population.look(), describe: undefined }).toEqual({
    settled: true,
    visible: true,
    napping: false,
    dozing: false,
    restful: true,
    level: 'exact',
    fingerprint: '',
    describe: undefined,
  })
  expect([population.look().describe(), population.waiting, population.starting]).toEqual([[], [], false])
})

test.each<[Rest | undefined, object]>([
  ['parked', { settled: true, napping: false, dozing: false, restful: true }],
  ['dozing', { settled: true, napping: false, dozing: true, restful: true }],
  ['napping', { settled: true, napping: true, dozing: false, restful: false }],
  ['running', { settled: false, napping: false, dozing: false, restful: false }],
  ['gone', { settled: false, napping: false, dozing: false, restful: false }],
  [undefined, { settled: true, napping: false, dozing: false, restful: false }],
])('beside one that rests, one that is %s makes the situation', (rest, expected) => {
  const { population, shown } = open()
  const [one, other] = [sleeper(), sleeper()]
  shown.set(Number(one.pid), rests('parked'))
  if (rest) shown.set(Number(other.pid), rests(rest))
  population.start([one, other])
  expect(population.look()).toMatchObject({
    ...expected,
    level: 'heuristic',
    fingerprint: `parked${rest ?? 'undefined'}`,
  })
  const lines = population.look().describe()
  expect(lines.slice(0, 2)).toEqual(['sleep 86400: at rest, until something wakes it', '  it is parked'])
  expect(lines[2]).toContain(rest ? 'sleep 86400: ' : 'this system does not show whether it rests')
  expect(lines.slice(3)).toEqual(rest ? [`  it is ${rest}`] : [])
})

test.each<[(boolean | undefined)[], object]>([
  [[true, true], { level: 'cooperative', restful: true, settled: true, fingerprint: 'truetrue' }],
  [[true, false], { level: 'heuristic', restful: false, settled: false, fingerprint: 'truefalse' }],
  [[true, undefined], { level: 'heuristic', restful: false, settled: true, fingerprint: 'trueundefined' }],
])('who is only heard of says himself whether he rests: %j', (parked, expected) => {
  const { population } = open()
  population.start([])
  parked.forEach((parked, i) => population.route({ name: `agent ${i}`, pid: 2 ** 22 + i, parked }))
  expect(population.look()).toMatchObject(expected)
})

test('what strangers send is given out by their names, and children come after them by their starts', () => {
  const { population } = open()
  const [one, two] = [sleeper(), sleeper()]
  population.start([one, two])
  const route = (name: string, pid: number | undefined) => population.route({ name, pid, parked: true })
  const routes = [
    route('of two', two.pid),
    route('b', undefined),
    route('of one', one.pid),
    route('a', undefined),
  ]
  const log: number[] = []
  for (const [i, each] of routes.entries()) each.deliver(() => log.push(i))
  expect(population.waiting.map((source) => source.name())).toEqual(['a', 'b', 'of one', 'of two'])
  for (const source of population.waiting) source.giveAll()
  expect([log, population.waiting]).toEqual([[3, 1, 2, 0], []])
})

test('whoever is started is counted and named, if the test owns him', async () => {
  const opened = open()
  const { population } = opened
  population.start([])
  opened.owned = false
  sleeper()
  expect([population.started, population.look().describe(), opened.activity]).toEqual([0, [], 0])
  opened.owned = true
  const child = sleeper()
  expect([population.started, population.starting, opened.activity > 0]).toEqual([1, true, true])
  expect(population.look().describe()).toEqual([expect.stringMatching(/^sleep 86400: /)])
  const long = spawn('sh', ['-c', 'exec sleep 86400', 'x'.repeat(100)], { stdio: 'ignore' })
  onTestFinished(() => void long.kill('SIGKILL'))
  expect(population.look().describe()[1]).toMatch(/^.{79}…: /)
  child.kill('SIGKILL')
  long.kill('SIGKILL')
  await until('both have exited', () => population.waiting.length === 2)
  expect([population.starting, population.look().describe()]).toEqual([false, []])
  const heard = once(child, 'close')
  for (const source of population.waiting) source.giveAll()
  await heard
  expect([population.look().describe(), population.waiting]).toEqual([[], []])
})

test('a program that does not exist never lives', async () => {
  const { population } = open()
  population.start([])
  const child = spawn('/no/such/program', { stdio: 'ignore' })
  const error = once(child, 'error')
  expect(population.look().describe()).toEqual([])
  await error
  expect(population.look().restful).toBe(true)
})

test('pipes that somebody holds open keep a process that has exited', async () => {
  const opened = open()
  const { population, shown, survivors } = opened
  population.start([])
  const child = spawn('sh', ['-c', 'sleep 86400 & echo $!'])
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr.resume()
  onTestFinished(() => void process.kill(Number(printed), 'SIGKILL'))
  await until('it has exited', () => {
    for (const source of population.waiting) source.giveAll()
    return child.exitCode !== null && printed !== ''
  })
  const name = `sh -c sleep 86400 & echo $!, which has exited: its pipes are held open`
  expect(population.look()).toMatchObject({ settled: false })
  survivors.push(Number(printed))
  shown.set(Number(printed), rests('parked'))
  await until('somebody is looked for', () => population.look().settled)
  expect(population.look().describe()).toEqual([
    `${name}: at rest, until something wakes it`,
    '  it is parked',
  ])
  shown.set(Number(printed), rests('gone'))
  expect(population.look()).toMatchObject({ settled: false })
  expect(population.look().describe()[0]).toBe(`${name}: at work`)
  shown.clear()
  expect(population.look()).toMatchObject({ settled: true, restful: true })
  survivors.pop()
  await until('nobody is looked for any more', () => population.look().settled)
  expect(population.look().describe()).toEqual([`${name}: at rest, until something wakes it`])
})

test('at the end what was held is given out for those that are kept, and nothing of the others', async () => {
  const { population } = open()
  const [kept, left] = [sleeper(), sleeper()]
  population.start([kept, left])
  const log: string[] = []
  kept.on('exit', () => log.push('kept'))
  left.on('exit', () => log.push('left'))
  const route = population.route({ name: 'a', pid: undefined, parked: true })
  route.deliver(() => log.push('a stranger'))
  route.close()
  for (const child of [kept, left]) child.kill('SIGKILL')
  await until('both are held', () => population.waiting.length === 3)
  population.stop((process) => process === kept)
  expect(log).toEqual(['kept', 'a stranger'])
})
