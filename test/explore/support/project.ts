import fs from 'node:fs'
import path from 'node:path'

import { type Campaign, type CampaignOptions, runCampaign } from '../../../src/explore/campaign/campaign.ts'
import type { Collector } from '../../../src/explore/campaign/collector.ts'
import type { Exploration } from '../../../src/explore/exploration.ts'
import { collectExplorations, compileExplorations } from '../../../src/explore/campaign/load.ts'
import { repository } from '../../lab/repository.ts'
import { Scratch } from '../../support/scratch.ts'

/** A scratch directory that has this package, as it is built, among its packages. */
export class ExploreProject extends Scratch {
  constructor() {
    super()
    fs.mkdirSync(this.path('node_modules'))
    fs.symlinkSync(repository, this.path('node_modules', 'vitest-supervise'))
    this.write('package.json', '{ "private": true, "type": "module" }')
  }
}

export async function load(source: string): Promise<Collector> {
  return collectExplorations(await compileExplorations(source, new AbortController().signal), source)
}

export async function loaded(source: string, name: string): Promise<Exploration> {
  const exploration = (await load(source)).explorations.get(name)
  if (!exploration) throw new Error(`${path.basename(source)} has no "${name}".`)
  return exploration
}

/** A campaign of an exploration of this file, in worker threads from its beginning unless the options say otherwise. */
export async function campaign(
  source: string,
  name: string,
  options: CampaignOptions = {},
): Promise<Campaign> {
  return runCampaign(await loaded(source, name), { source, here: false, ...options })
}

/**
 * A file with three explorations of a supervisor that starts its agent again 1 s after each end: `holds`; `breaks soon`, on
 * the first island; and `breaks late`, on a later one, by an agent that ends at one of few moments.
 */
export const RESTARTS = `
import { explore } from 'vitest-supervise'

const scenario = ({ agents, spawn, timers }) => {
  let stopped = false
  let child
  const start = () => {
    child = spawn(agents.agent.file, agents.agent.args, { env: agents.agent.env, stdio: 'ignore' })
    let over = false
    const end = () => {
      if (over) return
      over = true
      child = undefined
      if (!stopped) timers.setTimeout(start, 1000)
    }
    child.on('exit', end).on('error', end)
  }
  start()
  return { stop() { stopped = true; child?.kill() } }
}

const broken = (name, isBroken) => ({ name, check: (trace) => (isBroken(trace) ? 'it is not so' : undefined) })
const stopIsFinal = broken('stop is final', ({ events }) => {
  const stop = events.findIndex((event) => event.kind === 'step')
  return stop >= 0 && events.slice(stop).some((event) => event.kind === 'spawn')
})
const lucky = broken('lucky', (trace) => {
  return trace.records().some(({ exitedAt }) => exitedAt % 1999 === 7)
})
const options = { schedules: 1100, steps: { stop: (supervisor) => supervisor.stop() } }

explore('holds', { ...options, invariants: [] }, scenario)
explore('breaks soon', { ...options, invariants: [stopIsFinal] }, scenario)
explore('breaks late', { ...options, invariants: [lucky] }, scenario)
`
