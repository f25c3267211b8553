import v8 from 'node:v8'
import vm from 'node:vm'

import { createClock } from '@sinonjs/fake-timers'

import { RestartLoop } from '../dist/src/restart/restart-loop.js'
import { Simulation } from '../dist/src/simulate/simulation.js'
import { inTurn, median, times } from './statistics.mjs'

const BACKOFF = { next: () => 60_000 }
const ROUNDS = 7
const RESTARTS = 100_000
/** Of those that are slower. */
const FEW = 10_000
const FAILURE = new Error('the start has failed')

/** How many restarts a second of one core there are where nothing is real: a start that fails, the wait, the next start. */
export async function benchSimulation() {
  const took = await inTurn(
    ROUNDS,
    {
      simulation: () => inSimulation(RESTARTS),
      sinon: () => onSinonsClock(FEW),
      agents: () => withAgents(FEW),
    },
    2,
  )
  const paces = {
    simulation: (1000 * RESTARTS) / median(took.simulation),
    sinon: (1000 * FEW) / median(took.sinon),
    agents: (1000 * FEW) / median(took.agents),
  }
  const [before, after, long] = [await heapAfter(0), await heapAfter(1e5), await heapAfter(1e6)]
  return [
    {
      what: 'restarts of a start that fails, `RestartLoop` in a simulation, one core',
      value: pace(paces.simulation),
      against: `${times(paces.simulation / paces.sinon)} as many as by sinon`,
      promised: 'at least 300,000 /s',
      note: `by processor time, median of ${ROUNDS} times ${RESTARTS.toLocaleString('en')}`,
    },
    {
      what: 'the same on the clock of `@sinonjs/fake-timers`, `nextAsync`',
      value: pace(paces.sinon),
    },
    {
      what: 'restarts of simulated agents, which start, are ready, live and end',
      value: pace(paces.agents),
    },
    {
      what: 'heap after 1,000,000 restarts in a simulation',
      value: megabytes(long),
      against: `${megabytes(after)} after 100,000, ${megabytes(before)} after none`,
      promised: 'flat',
    },
  ]
}

/** A loop whose start fails as often as it is to be restarted, and then is up. */
function loopOver(clock, restarts) {
  let starts = 0
  const starter = {
    async start() {
      starts += 1
      if (starts <= restarts) throw FAILURE
    },
  }
  return new RestartLoop({ starter, policy: 'on-failure', clock, backoff: BACKOFF })
}

async function inSimulation(restarts) {
  const simulation = new Simulation()
  const began = process.cpuUsage()
  await simulation.run(loopOver(simulation.clock, restarts).run(), { limit: Infinity })
  const took = processorTime(began)
  assertTime(simulation.clock.now, restarts)
  simulation.close()
  return took
}

async function onSinonsClock(restarts) {
  const fake = createClock()
  const clock = {
    get now() {
      return fake.now
    },
    sleep: (ms) => new Promise((resolve) => fake.setTimeout(resolve, ms)),
  }
  const began = process.cpuUsage()
  const race = { over: false }
  void loopOver(clock, restarts)
    .run()
    .then(() => (race.over = true))
  while (!race.over) await fake.nextAsync()
  const took = processorTime(began)
  assertTime(fake.now, restarts)
  return took
}

async function withAgents(restarts) {
  const simulation = new Simulation({ script: { lifetime: 1000, exitCode: 1 } })
  const { clock, spawner } = simulation
  let starts = 0
  const starter = {
    async start() {
      starts += 1
      if (starts > restarts) return undefined
      const agent = await spawner.spawn('agent')
      await agent.ready
      return agent
    },
  }
  const loop = new RestartLoop({ starter, policy: 'on-failure', clock, backoff: BACKOFF })
  const began = process.cpuUsage()
  await simulation.run(loop.run(), { limit: Infinity })
  const took = processorTime(began)
  simulation.close()
  return took
}

/** All that this process has used since, in ms: what else runs on the machine does not count. */
function processorTime(since) {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

function assertTime(now, restarts) {
  if (now !== restarts * BACKOFF.next()) throw new Error(`WRONG TIME: ${now} ms after ${restarts} restarts`)
}

/** In bytes, before its simulation is forgotten. */
async function heapAfter(restarts) {
  v8.setFlagsFromString('--expose-gc')
  const collect = vm.runInNewContext('gc')
  const simulation = new Simulation()
  const loop = loopOver(simulation.clock, restarts)
  await simulation.run(loop.run(), { limit: Infinity })
  collect()
  const { heapUsed } = process.memoryUsage()
  simulation.close()
  return heapUsed
}

const pace = (value) => `${Math.round(value).toLocaleString('en')} /s`
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`
