import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { runCampaign } from '../dist/src/explore/campaign/campaign.js'
import { collectExplorations, compileExplorations } from '../dist/src/explore/campaign/load.js'
import { atLeast, figure, inTurn, ratios, show } from './figures.mjs'

/** Enough that what it takes to get warm does not count. */
const SCHEDULES = 500_000

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
export async function measure({ folder, quick }) {
  const source = path.join(folder, 'explorations.mjs')
  mkdirSync(path.join(folder, 'node_modules'))
  symlinkSync(
    fileURLToPath(new URL('..', import.meta.url)),
    path.join(folder, 'node_modules', 'vitest-supervise'),
  )
  writeFileSync(source, SOURCE)
  const module = await compileExplorations(source, new AbortController().signal)
  const exploration = (await collectExplorations(module, source)).explorations.get('restarts')
  const explore = async (workers, schedules) => {
    await runCampaign({ ...exploration, schedules }, { source, workers, here: false })
  }
  const all = quick ? 500 : SCHEDULES
  const [rounds, warmup] = quick ? [1, 0] : [3, 1]
  const start = await inTurn(rounds, { one: () => explore(1, 1) }, warmup)
  const alone = await inTurn(rounds, { none: () => explore(0, all / 10) }, warmup)
  const took = await inTurn(quick ? 1 : 2, { one: () => explore(1, all), two: () => explore(2, all) }, 0)
  const pace = (times, schedules = all) =>
    figure(
      times.map((ms) => (1000 * schedules) / ms),
      '/s',
    )
  const gains = figure(ratios(took.one, took.two), 'x')
  return [
    {
      what: 'schedules explored, with two worker threads',
      of: pace(took.two),
      rivals: { 'with one': pace(took.one), 'without any': pace(alone.none, all / 10) },
      promise: atLeast(1.7, 'x', gains.value, 'one'),
      note: `the gain, round by round: ${show(gains)}; ${all.toLocaleString('en')} schedules a round`,
    },
    { what: 'a worker thread, started for one schedule', of: figure(start.one) },
  ]
}
