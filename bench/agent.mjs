import { once } from 'node:events'

import { execa } from 'execa'

import { buildAgentForTest } from '../dist/src/build/build-agent.js'
import { Harness } from '../dist/src/harness/harness.js'
import { Run } from '../dist/src/reap/run.js'
import { resolveOptions } from '../dist/src/resolve-options.js'
import { PrewarmPool } from '../dist/fixtures/prewarm-pool.js'
import { bareAgent } from './bare.mjs'
import { inTurn, median, ms, quantile, times } from './statistics.mjs'

const ROUNDS = 150
const BODY_MS = 20

/** One agent from nothing to gone, and getting one that was prepared, against a spawn by hand. */
export async function benchAgent(folder) {
  const run = await Run.start(folder)
  const agentPath = await buildAgentForTest()
  const options = resolveOptions({})
  const open = () => Harness.open({ run, options, agentPath, agentPaths: {} })
  const bare = bareAgent(folder)

  const whole = await inTurn(ROUNDS, {
    async bare() {
      await bare.stop(await bare.start())
    },
    async fixture() {
      const harness = await open()
      await harness.spawnAgent({ id: 'agent' })
      await harness.close()
    },
    async execa() {
      const child = execa(process.execPath, ['-e', "fs.writeSync(3, 'hello'); setInterval(() => {}, 1e9)"], {
        reject: false,
        buffer: false,
        extendEnv: false,
        env: { PATH: process.env.PATH },
        stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      })
      await once(child.stdio[3], 'data')
      child.kill('SIGKILL')
      await child
    },
  })

  const pool = new PrewarmPool(2, open)
  await pool.take()
  const body = () => new Promise((resolve) => setTimeout(resolve, BODY_MS))
  await body()
  const got = await inTurn(ROUNDS, {
    async bare() {
      const began = performance.now()
      const child = await bare.start()
      const took = performance.now() - began
      await body()
      await bare.stop(child)
      return took
    },
    async prewarmed() {
      const began = performance.now()
      const { harness, agent } = (await pool.take()) ?? {}
      if (!agent) throw new Error('Nothing was prepared.')
      const took = performance.now() - began
      await body()
      await harness.close()
      return took
    },
  })
  await pool.drain()
  await run.close()

  const base = median(whole.bare)
  return [
    { what: 'bare spawn, hello, kill', value: ms(base), note: `p50 of ${ROUNDS}, in turn` },
    {
      what: 'execa, hello, kill',
      value: ms(median(whole.execa)),
      against: times(median(whole.execa) / base),
    },
    {
      what: '`agent`: directory, spawn, ready, close, leak check',
      value: ms(median(whole.fixture)),
      against: times(median(whole.fixture) / base),
      promised: '1.25 x',
      note: `p90 ${ms(quantile(whole.fixture, 0.9))}, bare ${ms(quantile(whole.bare, 0.9))}`,
    },
    { what: 'bare spawn and hello', value: ms(median(got.bare)), note: `tests of ${BODY_MS} ms` },
    {
      what: 'getting an agent with `prewarm: 2`',
      value: ms(median(got.prewarmed)),
      against: times(median(got.prewarmed) / median(got.bare)),
      promised: '0.20 x',
      note: `p90 ${ms(quantile(got.prewarmed, 0.9))}`,
    },
  ]
}
