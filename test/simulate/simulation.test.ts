import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'

import { expect, test } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import { RestartLoop } from '../../src/restart/restart-loop.ts'
import { Simulation } from '../../src/simulate/simulation.ts'
import { Scratch } from '../support/scratch.ts'
import { collect } from '../support/until.ts'

const refusal = (code: string): object => expect.objectContaining({ code })

test('what cannot happen any more is told, and so is what takes too long', async () => {
  const simulation = new Simulation()
  simulation.timers.setTimeout(() => {}, 1000)
  await expect(simulation.run(() => false, { limit: 500 })).rejects.toMatchObject({ code: 'ERR_CLOCK_LIMIT' })
  expect(simulation.clock.now).toBe(0)
  await expect(simulation.run(new Promise(() => {}))).rejects.toMatchObject({ code: 'ERR_CLOCK_DEADLOCK' })
  expect(simulation.clock.now).toBe(1000)
  await expect(
    simulation.run(() => false, { signal: AbortSignal.abort(new Error('enough')) }),
  ).rejects.toThrow('enough')
})

test('what comes to no end without time is told', async () => {
  const simulation = new Simulation()
  const { file } = simulation.command({ script: { lifetime: 0 } })
  let starts = 0
  const start = (): void => {
    if (starts++ < 200_000) simulation.spawn(file).once('exit', start)
  }
  start()
  await expect(simulation.advance(1)).rejects.toMatchObject({ code: 'ERR_CLOCK_STALLED' })
  expect(starts).toBeGreaterThan(1000)
  simulation.close()
})

test('what a timer throws is thrown by what moves time', async () => {
  const simulation = new Simulation()
  simulation.timers.setTimeout(() => {
    throw new Error('of the timer')
  }, 10)
  await expect(simulation.advance(100)).rejects.toThrow('of the timer')
  await simulation.advance(90)
  expect(simulation.clock.now).toBe(100)
})

test('microtasks, ticks and immediates are done before time moves', async () => {
  const simulation = new Simulation()
  const log: string[] = []
  const { setTimeout } = simulation.timers
  setTimeout(() => {
    setImmediate(() =>
      process.nextTick(() => setImmediate(() => void Promise.resolve().then(() => log.push('done')))),
    )
  }, 10)
  setTimeout(() => log.push('later'), 11)
  expect(await simulation.next()).toBe(true)
  expect(log).toEqual(['done'])
  await simulation.next()
  expect([log, await simulation.next()]).toEqual([['done', 'later'], false])
})

test('faults that need a real process are refused when they are injected or triggered, with the reason', async () => {
  const { faults } = new Simulation()
  const impossible = [
    fault.busyLoop(),
    fault.fullDisk(),
    fault.portTaken(),
    fault.slowSocket(),
    fault.noFileDescriptors(),
  ]
  for (const one of impossible) expect(() => faults.inject(one)).toThrow(refusal('ERR_FAULT_UNSUPPORTED'))
  expect(() => faults.inject(fault.busyLoop())).toThrow(
    /busyLoop\(\) cannot happen in a simulation: .*`fault.hang\(\)`/,
  )
  expect(() => faults.inject(fault.define('own-fault')())).toThrow(/a fault of your own/)
  await expect(faults.trigger(fault.fullDisk())).rejects.toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
})

test('faults that this machine cannot do can happen in a simulation', async () => {
  const simulation = new Simulation()
  simulation.faults.inject(fault.forkFails())
  const child = simulation.spawn(simulation.command().file)
  const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException]
  expect([error.code, error.errno]).toEqual(['EAGAIN', -11])
})

test('a fault that has not fired is told, one that has fired is not', async () => {
  const simulation = new Simulation()
  const injection = simulation.faults.inject(fault.exit(3))
  simulation.faults.inject(fault.hang(), { attempts: 2 })
  const child = simulation.spawn(simulation.command().file)
  await simulation.run(once(child, 'close'))
  expect(injection.fired).toBe(true)
  expect(simulation.faults.unfired()).toMatchObject({
    code: 'ERR_FAULT_UNFIRED',
    message: expect.stringContaining('hang') as string,
  })
})

test('a fault that is triggered strikes now', async () => {
  const simulation = new Simulation()
  const agent = await simulation.spawner.spawn('web')
  await agent.ready
  await simulation.faults.trigger(fault.exit(4))
  expect(await agent.exited).toMatchObject({ exitCode: 4 })
})

test('a script that needs files is refused', () => {
  const simulation = new Simulation()
  for (const script of [{ pidFile: 'pid' }, { writes: { file: 'log', text: 'x' } }]) {
    expect(() => simulation.command({ script })).toThrow(refusal('ERR_OPTION_INVALID'))
  }
  expect(() => simulation.command({ id: '../x' })).toThrow(refusal('ERR_AGENT_ID_INVALID'))
})

test('its processes are listed with what they have started, and are killed by pid and by group', async () => {
  const simulation = new Simulation()
  const { file } = simulation.command({ script: { children: ['ordinary', 'ignore-sigterm', 'setsid'] } })
  const child = simulation.spawn(file, { detached: true })
  await simulation.settle()
  const pid = Number(child.pid)
  const groups = (): boolean[] => simulation.processes.map(({ pgid }) => pgid === pid)
  expect(simulation.processes.map(({ ppid }) => ppid)).toEqual([process.pid, pid, pid, pid])
  expect(groups()).toEqual([true, true, true, false])
  simulation.kill(pid, 'SIGSTOP')
  expect(simulation.processes.map(({ stopped }) => stopped)).toEqual([true, false, false, false])
  simulation.kill(-pid)
  expect(groups()).toEqual([true, true, false])
  simulation.kill(-pid, 'SIGKILL')
  await simulation.settle()
  expect([groups(), child.signalCode]).toEqual([[false], 'SIGKILL'])
  expect(() => simulation.kill(pid)).toThrow(refusal('ESRCH'))
  simulation.close()
  expect(simulation.processes).toEqual([])
})

test('a frozen agent goes on after SIGCONT, with the signals that came meanwhile', async () => {
  const simulation = new Simulation({ script: { lifetime: 1000 } })
  simulation.faults.inject(fault.freeze(), { at: { after: 500 }, attempts: 'every' })
  const children = [1, 2].map(() => simulation.spawn(simulation.command().file))
  await simulation.advance(5000)
  children[0]?.kill('SIGTERM')
  await simulation.advance(1000)
  expect(children.map(({ exitCode, signalCode }) => [exitCode, signalCode])).toEqual([
    [null, null],
    [null, null],
  ])
  for (const child of children) child.kill('SIGCONT')
  await simulation.settle()
  expect(children.map(({ exitCode, signalCode }) => [exitCode, signalCode])).toEqual([
    [null, 'SIGTERM'],
    [0, null],
  ])
})

test('a command is started by a line of a shell, and its timeout kills it', async () => {
  const simulation = new Simulation()
  const { file } = simulation.command()
  const child = simulation.spawn(`${file} --flag`, { shell: true, timeout: 3000, killSignal: 'SIGINT' })
  await simulation.run(once(child, 'exit'))
  expect([child.signalCode, simulation.clock.now]).toEqual(['SIGINT', 3000])
})

test('what a program reads from a file is there before time moves', async () => {
  const simulation = new Simulation()
  const { clock, timers } = simulation
  const log: unknown[] = []
  timers.setTimeout(async () => {
    for (let times = 3; times > 0; times--) log.push((await readFile(import.meta.filename)).length > 0)
    log.push(clock.now)
  }, 10)
  timers.setTimeout(() => log.push('later'), 11)
  await simulation.advance(20)
  expect(log).toEqual([true, true, true, 10, 'later'])
})

test('a request to the system that does not end is told', async () => {
  const file = new Scratch().path('fifo')
  execFileSync('mkfifo', [file])
  const simulation = new Simulation()
  simulation.timers.setTimeout(() => {}, 10)
  const opening = open(file, 'r')
  await expect(simulation.next()).rejects.toMatchObject({
    code: 'ERR_CLOCK_STALLED',
    message: expect.stringContaining('FSReqPromise') as string,
  })
  const [reader, writer] = await Promise.all([opening, open(file, 'w')])
  await Promise.all([reader.close(), writer.close()])
})

test('of simulations that run at the same time each one does what is to be done at a time before its time moves', async () => {
  const times = Array.from({ length: 60 }, (_, index) => index + 1)
  const logs = [1, 2, 3].map(async (id) => {
    const simulation = new Simulation()
    const { clock, timers } = simulation
    const log: number[] = []
    const note = (depth: number): void => {
      if (depth === 0) log.push(clock.now)
      else setImmediate(() => process.nextTick(() => void Promise.resolve().then(() => note(depth - 1))))
    }
    for (const time of times) timers.setTimeout(() => note((time * id) % 4), time)
    await simulation.advance(100)
    return log
  })
  expect(await Promise.all(logs)).toEqual([times, times, times])
})

test('a seed gives another order of what happens at one time, the same every time', async () => {
  const orderOf = async (seed?: number): Promise<string> => {
    const simulation = new Simulation(seed === undefined ? {} : { seed })
    const ids = ['a', 'b', 'c', 'd', 'e']
    for (const id of ids) simulation.spawn(simulation.command({ id, script: { lifetime: 100 } }).file)
    await simulation.advance(100)
    return simulation.timeline.events
      .flatMap((event) => (event.kind === 'exit' ? [event.agent] : []))
      .join('')
  }
  expect(await orderOf()).toBe('abcde')
  const orders = await Promise.all([1, 2, 3, 4].map((seed) => orderOf(seed)))
  expect(new Set(orders).size).toBeGreaterThan(2)
  expect(await orderOf(1)).toBe(orders[0])
})

test('after the end of a simulation nothing of it is heard', async () => {
  const simulation = new Simulation({ script: { lifetime: 1000 } })
  const child = simulation.spawn(simulation.command().file)
  await simulation.settle()
  child.once('exit', () => expect.unreachable())
  simulation.close()
  simulation.close()
  await simulation.advance(5000)
  expect(child.exitCode).toBeNull()
})

test('a thousand restarts by a loop leave no process and no timer', async () => {
  const simulation = new Simulation({ script: { lifetime: 10 } })
  const { spawner, clock } = simulation
  const over = new AbortController()
  let starts = 0
  const starter = {
    async start() {
      const agent = await spawner.spawn('web')
      await agent.ready
      if (++starts === 1000) over.abort(new Error('enough'))
      return agent
    },
  }
  const run = new RestartLoop({ starter, policy: 'always', clock }).run(over.signal)
  await expect(simulation.run(run)).rejects.toThrow('enough')
  await simulation.advance(10_000)
  expect([simulation.processes, clock.pending]).toEqual([[], 0])
  expect(simulation.timeline.attempts('web')).toBe(1000)
})

test('an agent that has ended leaves no timer of its script and its faults', async () => {
  const simulation = new Simulation({ script: { lifetime: 50_000, heartbeat: 700 } })
  simulation.faults.inject(fault.exit(1), { at: { after: 60_000 }, optional: true })
  const child = simulation.spawn(simulation.command().file)
  await simulation.advance(1000)
  expect(simulation.clock.pending).toBe(3)
  child.kill()
  await simulation.settle()
  expect(simulation.clock.pending).toBe(0)
})

test('messages go to the agent and back, and faults strike at them', async () => {
  const simulation = new Simulation()
  simulation.faults.inject(fault.silent(), { at: { message: 2 } })
  const agent = await simulation.spawner.spawn('web', { script: { heartbeat: 1000 } })
  await agent.ready
  await agent.send({ ask: 1 })
  await simulation.advance(1000)
  await agent.send({ ask: 2 })
  await simulation.advance(5000)
  await simulation.run(agent.close())
  expect(await collect(agent.messages())).toEqual([{ ask: 1 }, { heartbeat: 1 }])
  await expect(agent.send('late')).rejects.toMatchObject({ code: 'ERR_AGENT_CLOSED' })
  await expect(agent.send(undefined as never)).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
})
