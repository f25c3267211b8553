import { mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import path from 'node:path'

import { execa } from 'execa'

import { buildAgentForTest } from '../dist/src/build/build-agent.js'
import { Harness } from '../dist/src/harness/harness.js'
import { Run } from '../dist/src/reap/run.js'
import { resolveOptions } from '../dist/src/resolve-options.js'
import { PrewarmPool } from '../dist/fixtures/prewarm-pool.js'
import { bareAgent } from './bare.mjs'
import { atMost, figure, inTurn } from './figures.mjs'

const BODY_MS = 20

/** One agent from nothing to gone, and getting one that was prepared, against a spawn by hand. */
export async function measure({ folder, quick }) {
  const rounds = quick ? 3 : 150
  const run = await Run.start(folder)
  const agentPath = await buildAgentForTest()
  const options = resolveOptions({})
  const open = () => Harness.open({ run, options, agentPath, agentPaths: {} })
  const bare = bareAgent(folder)

  const whole = await inTurn(rounds, {
    async bare() {
      await bare.stop(await bare.start())
    },
    async byHand() {
      const directory = mkdtempSync(path.join(folder, 'test-'))
      await bare.stop(await bare.start(directory), 'SIGTERM')
      rmSync(directory, { recursive: true, force: true })
    },
    async fixture() {
      const harness = await open()
      await harness.spawnAgent({ id: 'agent' })
      await harness.close()
    },
    async execa() {
      const child = execa(bare.file, {
        reject: false,
        buffer: false,
        extendEnv: false,
        env: bare.env,
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
  const got = await inTurn(rounds, {
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

  const [base, fixture] = [figure(whole.bare), figure(whole.fixture)]
  const [start, prewarmed] = [figure(got.bare), figure(got.prewarmed)]
  return [
    {
      what: 'the fixture `agent`: directory, spawn, ready, close, leak check',
      of: fixture,
      rivals: {
        'bare `spawn`, hello, SIGKILL': base,
        'execa, the same': figure(whole.execa),
        'by hand: directory, `spawn`, hello, SIGTERM, removal': figure(whole.byHand),
      },
      promise: atMost(1.25, 'x', fixture.value / base.value, 'the bare spawn'),
    },
    {
      what: 'getting an agent with `prewarm: 2`',
      of: prewarmed,
      rivals: { 'bare `spawn` and hello': start },
      promise: atMost(0.2, 'x', prewarmed.value / start.value, 'the bare spawn'),
      note: `between tests of ${BODY_MS} ms`,
    },
  ]
}
