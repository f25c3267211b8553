import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { runCampaign } from '../dist/src/explore/campaign/campaign.js'
import { collectExplorations, compileExplorations } from '../dist/src/explore/campaign/load.js'
import { inTurn, median, ms, times } from './statistics.mjs'

/** Enough that what it takes to get warm does not count. */
const SCHEDULES = 500_000
const ROUNDS = 3
const LONG_ROUNDS = 2
const ALONE = 50_000

const SOURCE = `
import { explore } from 'vitest-supervise'

explore(
  'restarts',
  { schedules: ${SCHEDULES}, invariants: [], steps: { stop: (supervisor) => supervisor.stop() } },
  ({ agents, spawn, timers }) => {
    const { file, args, env } = agents.agent
    let [stopped, child] = [false, undefined]
    const start = () => {
      child = spawn(file, args, { env, stdio: 'ignore' })
      let over = false
      const again = () => {
        if (!over && !stopped) timers.setTimeout(start, 1000)
        over = true
      }
      child.on('exit', again).on('error', again)
    }
    start()
    return { stop: () => ((stopped = true), child.kill()) }
  },
)
`

/** How many schedules of an ordinary supervisor a second are explored, by one worker thread and by two, in turn. */
export async function benchExploration(folder) {
  const source = path.join(folder, 'explorations.mjs')
  mkdirSync(path.join(folder, 'node_modules'))
  symlinkSync(
    fileURLToPath(new URL('..', import.meta.url)),
    path.join(folder, 'node_modules', 'vitest-supervise'),
  )
  writeFileSync(source, SOURCE)
  const module = await compileExplorations(source, new AbortController().signal)
  const exploration = (await collectExplorations(module, source)).explorations.get('restarts')
  const explore = async (workers, schedules = SCHEDULES) => {
    await runCampaign({ ...exploration, schedules }, { source, workers, here: false })
  }
  const start = await inTurn(ROUNDS, { one: () => explore(1, 1) }, 1)
  const alone = await inTurn(ROUNDS, { none: () => explore(0, ALONE) }, 1)
  const took = await inTurn(LONG_ROUNDS, { one: () => explore(1), two: () => explore(2) }, 0)
  const pace = (all, schedules = SCHEDULES) =>
    `${Math.round((schedules / median(all)) * 1000).toLocaleString('en')}/s`
  const gains = took.one.map((one, round) => one / took.two[round])
  const note = `p50 of ${ROUNDS} rounds, in turn`
  return [
    { what: 'a worker thread, started for one schedule', value: ms(median(start.one)), note },
    { what: 'schedules explored, without a worker thread', value: pace(alone.none, ALONE), note },
    {
      what: 'the same, with one',
      value: pace(took.one),
    },
    {
      what: 'the same, with two',
      value: pace(took.two),
      against: times(median(gains)),
      promised: 'at least 1.7 x one',
      note: `p50 of ${LONG_ROUNDS} rounds, in turn; from ${times(Math.min(...gains))} to ${times(Math.max(...gains))}`,
    },
  ]
}
