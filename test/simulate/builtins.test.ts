import childProcess, { spawn } from 'node:child_process'
import { once } from 'node:events'
import timers from 'node:timers'
import timersPromises, { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

import { createClock, install } from '@sinonjs/fake-timers'
import { expect, onTestFinished, test } from 'vitest'

import { Builtins } from '../../src/simulate/builtins.ts'
import { Simulation, type SimulationOptions } from '../../src/simulate/simulation.ts'

/** Has everything belong to a new simulation until the end of the test. */
function enter(options: SimulationOptions = {}, seed = 1): { simulation: Simulation; builtins: Builtins } {
  const builtins = Builtins.replace()
  const simulation = new Simulation(options)
  builtins.enter(simulation, seed)
  onTestFinished(() => {
    builtins.restore()
    simulation.close()
  })
  return { simulation, builtins }
}

/** Leaves it for a new one. */
function enterAnother(builtins: Builtins): { simulation: Simulation } {
  const simulation = new Simulation()
  builtins.enter(simulation, 1)
  onTestFinished(() => simulation.close())
  return { simulation }
}

const REAL = {
  globals: [setTimeout, clearTimeout, setInterval, clearInterval, Date],
  timers: Object.values(timers),
  promises: Object.values(timersPromises),
  childProcess: Object.values(childProcess),
  process: [process.kill, process.hrtime, process.uptime],
  others: [performance.now, AbortSignal.timeout, Reflect.get(Math, 'random')],
}

/** The same functions, as they are now. */
function present(): typeof REAL {
  return {
    globals: [setTimeout, clearTimeout, setInterval, clearInterval, Date],
    timers: Object.values(timers),
    promises: Object.values(timersPromises),
    childProcess: Object.values(childProcess),
    process: [process.kill, process.hrtime, process.uptime],
    others: [performance.now, AbortSignal.timeout, Reflect.get(Math, 'random')],
  }
}

test('timers set off in every way are of the simulation', async () => {
  const { simulation } = enter()
  const log: string[] = []
  const note = (text: string) => (): unknown => log.push(`${simulation.clock.now} ${text}`)
  globalThis.setTimeout(note('global'), 10)
  timers.setTimeout(note('node:timers'), 20)
  clearTimeout(timers.setTimeout(note('cleared'), 25))
  clearTimeout(Number(setTimeout(note('cleared'), 25)))
  const beats = setInterval(note('beat'), 30)
  setTimeout(() => timers.clearInterval(beats), 70)
  void pause(40).then(note('node:timers/promises'))
  void timersPromises.scheduler.wait(50).then(note('scheduler'))
  void promisify(setTimeout)(65, 'value').then((value) => note(`promisify ${value}`)())
  AbortSignal.timeout(80).addEventListener('abort', note('AbortSignal'))
  await simulation.advance(1000)
  expect(log).toEqual([
    '10 global',
    '20 node:timers',
    '30 beat',
    '40 node:timers/promises',
    '50 scheduler',
    '60 beat',
    '65 promisify value',
    '80 AbortSignal',
  ])
  expect(simulation.clock.pending).toBe(0)
})

test('an interval is iterated, and what is awaited ends with its signal', async () => {
  const { simulation } = enter()
  const controller = new AbortController()
  const { signal } = controller
  const times: number[] = []
  const iteration = (async () => {
    for await (const _beat of timersPromises.setInterval(100, undefined, { signal })) times.push(Date.now())
  })()
  const waiting = pause(60_000, undefined, { signal })
  const ends = Promise.allSettled([iteration, waiting])
  await simulation.advance(350)
  controller.abort(new Error('enough'))
  const aborted = { status: 'rejected', reason: { name: 'AbortError', code: 'ABORT_ERR' } }
  expect(await ends).toMatchObject([aborted, aborted])
  expect(times.map((time) => time - Number(times[0]))).toEqual([0, 100, 200])
  await expect(pause(1, undefined, { signal })).rejects.toMatchObject({ name: 'AbortError' })
  expect(simulation.clock.pending).toBe(0)
})

test('all clocks tell the time of the simulation, and the numbers of chance are those of the seed', async () => {
  const tell = async (seed: number): Promise<unknown[]> => {
    const { simulation, builtins } = enter({}, seed)
    await simulation.advance(90_061.5)
    const since: [number, number] = [89, 999_000_000]
    const told = [
      new Date().toISOString(),
      Date.now() - Date.UTC(2000, 0, 1),
      performance.now(),
      process.hrtime(),
      process.hrtime(since),
      process.hrtime.bigint(),
      process.uptime(),
      Reflect.apply(Reflect.get(Math, 'random'), Math, []),
    ]
    builtins.restore()
    return told
  }
  const told = await tell(1)
  expect(told.slice(0, -1)).toEqual([
    '2000-01-01T00:01:30.061Z',
    90_061,
    90_061.5,
    [90, 61_500_000],
    [0, 62_500_000],
    90_061_500_000n,
    90.0615,
  ])
  expect(await tell(1)).toEqual(told)
  expect((await tell(2)).at(-1)).not.toBe(told.at(-1))
})

test('Date is still what it is otherwise', () => {
  enter()
  class Day extends Date {}
  expect(new Date(5).getTime()).toBe(5)
  expect(new Date(2001, 1, 2).getFullYear()).toBe(2001)
  expect([new Date() instanceof Date, new Day() instanceof Day, Date.name, Date.length]).toEqual([
    true,
    true,
    'Date',
    7,
  ])
  expect(new Day().getTime()).toBe(Date.parse('2000-01-01T00:00:00Z'))
  expect(Reflect.apply(Date, undefined, [])).toContain('2000')
})

test('a process of this world is killed, and no other one', async () => {
  const { simulation } = enter()
  const child = spawn(simulation.command().file)
  await simulation.settle()
  expect(process.kill(Number(child.pid), 0)).toBe(true)
  process.kill(Number(child.pid), 'SIGINT')
  await simulation.settle()
  expect(child.signalCode).toBe('SIGINT')
  for (const pid of [Number(child.pid), process.ppid, 1, -2]) {
    expect(() => process.kill(pid, 'SIGKILL')).toThrow(expect.objectContaining({ code: 'ESRCH' }))
  }
  expect(process.kill(process.pid, 0)).toBe(true)
  for (const pid of [process.pid, -process.pid, 0]) {
    expect(() => process.kill(pid)).toThrow(expect.objectContaining({ code: 'ERR_SIMULATION_UNSUPPORTED' }))
  }
})

test('what would block is refused, and says what to use', () => {
  enter()
  const { spawnSync, execSync, execFileSync } = childProcess
  for (const [run, instead] of [
    [spawnSync, 'spawn'],
    [execSync, 'exec'],
    [execFileSync, 'execFile'],
  ] as const) {
    expect(() => run('true')).toThrow(
      expect.objectContaining({
        code: 'ERR_SIMULATION_UNSUPPORTED',
        message: expect.stringContaining(`Use \`${instead}\``) as string,
      }),
    )
  }
})

test('a simulation that has been left is left alone: everything is real then, and listeners are taken off', async () => {
  const { simulation, builtins } = enter()
  const { file } = simulation.command()
  const before = process.rawListeners('SIGUSR2')
  const kept = (): void => {}
  builtins.leave()
  process.on('SIGUSR2', kept)
  builtins.enter(simulation, 1)
  process.on('SIGUSR2', () => {})
  process.once('SIGUSR2', () => {})
  process.on('beforeExit', kept)
  const timer = setTimeout(() => expect.unreachable(), 1000)
  builtins.leave()
  expect(process.rawListeners('SIGUSR2')).toEqual([...before, kept])
  expect(process.rawListeners('beforeExit')).not.toContain(kept)
  process.off('SIGUSR2', kept)

  clearTimeout(timer)
  expect(simulation.clock.pending).toBe(0)
  const [error] = (await once(spawn(file), 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ENOENT')
  await pause(1)
  await new Promise((resolve) => setTimeout(resolve, 1))
  expect(childProcess.execFileSync(process.execPath, ['-p', '1 + 1'], { encoding: 'utf8' })).toBe('2\n')
  const { stdout } = await promisify(childProcess.execFile)(process.execPath, ['-p', '1 + 1'])
  expect(stdout).toBe('2\n')
  expect(Date.now()).toBeGreaterThan(Date.UTC(2020))
  expect(process.kill(process.ppid, 0)).toBe(true)
})

test('immediates that set each other off are over when their simulation is left', async () => {
  const { simulation, builtins } = enter()
  const turns = { global: 0, module: 0, promised: 0, promisified: 0, yielded: 0 }
  const again = (set: (act: () => void) => unknown, name: 'global' | 'module'): void => {
    turns[name] += 1
    set(() => again(set, name))
  }
  const keepOn = async (turn: () => Promise<unknown>, name: keyof typeof turns): Promise<void> => {
    for (;;) {
      turns[name] += 1
      await turn()
    }
  }
  again((act) => setImmediate(act), 'global')
  again((act) => timers.setImmediate(act), 'module')
  void keepOn(() => timersPromises.setImmediate(), 'promised')
  void keepOn(() => promisify(setImmediate)(), 'promisified')
  void keepOn(() => timersPromises.scheduler.yield(), 'yielded')
  await expect(simulation.settle()).rejects.toMatchObject({ code: 'ERR_CLOCK_STALLED' })
  const before = { ...turns }
  expect(Math.min(...Object.values(before))).toBeGreaterThan(1)
  const { simulation: next } = enterAnother(builtins)
  await next.settle()
  expect(turns).toEqual(before)
})

test('an immediate has its arguments, and can be cleared', async () => {
  const { simulation } = enter()
  const log: unknown[] = []
  setImmediate((...args: unknown[]) => log.push(args), 1, 2)
  clearImmediate(setImmediate(() => log.push('cleared')))
  expect(await promisify(setImmediate)('value')).toBe('value')
  await simulation.settle()
  expect(log).toEqual([[1, 2]])
})

test('a timer of a simulation that is over is cleared there, whatever is entered', async () => {
  const { simulation, builtins } = enter()
  const stale = setTimeout(() => {}, 500)
  const next = new Simulation()
  builtins.enter(next, 1)
  const log: string[] = []
  for (const name of ['a', 'b', 'c']) setTimeout(() => log.push(name), 100)
  clearTimeout(stale)
  await next.advance(1000)
  expect([log, simulation.clock.pending]).toEqual([['a', 'b', 'c'], 0])
})

test('everything is given back', () => {
  const { builtins } = enter()
  expect(present()).not.toEqual(REAL)
  builtins.restore()
  builtins.restore()
  expect(present()).toEqual(REAL)
  expect(Object.hasOwn(performance, 'now')).toBe(false)
})

test('time that is taken is not taken twice', () => {
  const clock = install({ toFake: ['Date'] })
  expect(() => Builtins.replace()).toThrow(expect.objectContaining({ code: 'ERR_CLOCK_IN_USE' }))
  clock.uninstall()
  const { builtins } = enter()
  expect(() => Builtins.replace()).toThrow(expect.objectContaining({ code: 'ERR_CLOCK_IN_USE' }))
  expect(() => install()).toThrow('fake timers')
  builtins.restore()
  expect(createClock().now).toBe(0)
})
