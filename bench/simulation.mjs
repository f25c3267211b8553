import v8 from 'node:v8'
import vm from 'node:vm'

import { createClock } from '@sinonjs/fake-timers'

import { RestartLoop } from '../dist/src/restart/restart-loop.js'
import { Simulation } from '../dist/src/simulate/simulation.js'
import { atLeast, figure, inTurn, judged, quantity } from './figures.mjs'

const BACKOFF = { next: () => 60_000 }
/** A byte for each of a million restarts. */
const FLAT_MB = 1
const FAILURE = new Error('the start has failed')

/** How many restarts a second of one core there are where nothing is real: a start that fails, the wait, the next start. */
export async function measure({ quick }) {
  const restarts = quick ? 1000 : 100_000
  const [rounds, warmup] = quick ? [2, 1] : [7, 2]
  const took = await inTurn(
    rounds,
    {
      simulation: () => inSimulation(restarts),
      sinon: () => onSinonsClock(restarts),
      agents: () => withAgents(restarts / 10),
    },
    warmup,
  )
  const pace = (name, count = restarts) =>
    figure(
      took[name].map((ms) => (1000 * count) / ms),
      '/s',
    )
  const simulation = pace('simulation')
  const [before, after, long] = [
    await heapAfter(0),
    await heapAfter(restarts),
    await heapAfter(10 * restarts),
  ]
  return [
    {
      what: 'restarts of a start that fails, `RestartLoop` in a simulation, one core',
      of: simulation,
      rivals: { 'the same loop on the clock of `@sinonjs/fake-timers`, `nextAsync`': pace('sinon') },
      promise: atLeast(300_000, '/s', simulation.value),
      note: `by processor time, ${restarts.toLocaleString('en')} a round`,
    },
    {
      what: 'restarts of simulated agents, which start, are ready, live and end',
      of: pace('agents', restarts / 10),
    },
    {
      what: `heap after ${(10 * restarts).toLocaleString('en')} restarts in a simulation`,
      of: figure([long], 'MB'),
      rivals: {
        [`after ${restarts.toLocaleString('en')}`]: figure([after], 'MB'),
        'after none': figure([before], 'MB'),
      },
      promise: judged(
        'flat',
        `${quantity(long - before, 'MB')} more than after none`,
        long - before < FLAT_MB,
      ),
      note: `flat: less than ${FLAT_MB} MB more`,
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

/** In MB, before its simulation is forgotten. */
async function heapAfter(restarts) {
  v8.setFlagsFromString('--expose-gc')
  const collect = vm.runInNewContext('gc')
  const simulation = new Simulation()
  const loop = loopOver(simulation.clock, restarts)
  await simulation.run(loop.run(), { limit: Infinity })
  collect()
  const { heapUsed } = process.memoryUsage()
  simulation.close()
  return heapUsed / 2 ** 20
}
