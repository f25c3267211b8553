import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'

import { expect, onTestFinished, test, vi } from 'vitest'

import { fault } from '../../src/fault/fault.ts'
import { Builtins } from '../../src/simulate/builtins.ts'
import type { Timeline } from '../../src/timeline/timeline.ts'
import { inReality, inSimulation, type Stage } from './worlds.ts'

interface Monitor extends EventEmitter {
  start(): void
  stop(done: () => void): void
}

interface Loaded {
  respawn(command: string[], options: object): Monitor
  foreman: { start(procs: object, needed: object, env: object, port: string, emitter: EventEmitter): void }
}

type Play = (stage: Stage, loaded: Loaded) => Promise<void>

const load = createRequire(import.meta.url)

/** Loads them as they are, once more: they take `spawn` in hand when they are loaded. */
function loadAnew(): Loaded {
  const published = /node_modules\/(respawn|ps-tree|event-stream|foreman)\//
  for (const file of Object.keys(load.cache))
    if (published.test(file)) Reflect.deleteProperty(load.cache, file)
  return {
    respawn: load('respawn') as Loaded['respawn'],
    foreman: load('foreman/lib/proc') as Loaded['foreman'],
  }
}

/** The same play, with real processes under the virtual clock and in a simulation. */
async function both(play: Play): Promise<[real: Timeline, simulated: Timeline]> {
  const real = await inReality((stage) => play(stage, loadAnew()))
  const builtins = Builtins.replace()
  try {
    const loaded = loadAnew()
    const simulated = await inSimulation(
      (stage) => play(stage, loaded),
      undefined,
      (simulation) => builtins.enter(simulation, 1),
    )
    return [real, simulated]
  } finally {
    builtins.restore()
  }
}

const SLEEP = [100, 1000, 10_000]

function monitor({ respawn }: Loaded, stage: Stage, options: object): Monitor {
  const { file, args, env } = stage.command('web')
  return respawn([file, ...args], { env, ...options })
}

const PLAYS: Readonly<Record<string, Play>> = {
  async 'respawn sleeps as its list says, and gives up after maxRestarts'(stage, loaded) {
    stage.faults.inject(fault.exit(1), { attempts: 'every' })
    const web = monitor(loaded, stage, { maxRestarts: 4, sleep: SLEEP })
    const crashed = new Promise((resolve) => web.once('crash', resolve))
    web.start()
    await stage.run(crashed)
    expect(stage.timeline.delays()).toEqual([...SLEEP, 10_000])
  },
  async 'respawn forgets restarts after a minute of uptime'(stage, loaded) {
    stage.faults.inject(fault.exit(1), { attempts: [1, 3] })
    stage.faults.inject(fault.exit(1), { attempts: 4, at: { after: 60_000 } })
    const web = monitor(loaded, stage, { maxRestarts: 4, sleep: SLEEP })
    web.start()
    await stage.run(() => stage.timeline.attempts() === 5)
    await stage.run(new Promise<void>((resolve) => web.stop(resolve)))
    expect(stage.timeline.delays()).toEqual([...SLEEP, 100])
  },
  async 'respawn waits 30 s for a child that does not heed SIGTERM, then kills it'(stage, loaded) {
    stage.faults.inject(fault.freeze())
    const web = monitor(loaded, stage, { maxRestarts: 0 })
    web.start()
    await stage.run(() => stage.timeline.events.some(({ kind }) => kind === 'fault'))
    const before = stage.now()
    await stage.run(new Promise<void>((resolve) => web.stop(resolve)))
    expect(stage.now() - before).toBe(30_000)
    expect(stage.timeline.records()).toMatchObject([{ signal: 'SIGKILL' }])
  },
  async 'foreman stops all when one has ended'(stage, { foreman }) {
    stage.faults.inject(fault.exit(3), { agent: 'web', at: { after: 5000 } })
    for (const write of ['log', 'warn', 'error'] as const) {
      const silence = vi.spyOn(console, write).mockReturnValue()
      onTestFinished(() => silence.mockRestore())
    }
    const emitter = new EventEmitter()
    emitter.setMaxListeners(0)
    const commands = ['web', 'worker'].map((id) => [id, stage.command(id)] as const)
    const procs = Object.fromEntries(commands.map(([id, { file }]) => [id, `exec ${file}`]))
    const env = Object.assign({}, ...commands.map(([, command]) => command.env)) as object
    foreman.start(procs, { web: 1, worker: 2 }, env, '5000', emitter)
    await stage.run(
      () => stage.timeline.records().filter(({ exitedAt }) => exitedAt !== undefined).length === 3,
    )
  },
}

test.each(Object.entries(PLAYS))(
  '%s: unmodified, the same timeline as with real processes',
  async (_name, play) => {
    const [real, simulated] = await both(play)
    expect(simulated.toString()).toBe(real.toString())
    expect(simulated.hash()).toBe(real.hash())
  },
)
