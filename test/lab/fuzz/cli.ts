import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { recordResult } from '../../../bench/record.mjs'
import { compile } from '../compile.ts'
import { repository } from '../repository.ts'
import { agentCampaign, type Campaign, hostCampaign, wage, welcomeCampaign } from './campaign.ts'

const USAGE = `Sends random and damaged frames to both ends of the protocol.
  --frames n   how many to each end (default 100000)
  --seed s     which ones (default: the time of day)
  --only text  only the campaigns whose names contain this`

/** How many frames one agent process is given, and how many processes get only a welcome. */
const PER_PROCESS = 400
const WELCOMES = 300
/** How many frames are promised to do no harm at each end. */
const PROMISED = 100_000

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
    help: { type: 'boolean' },
  },
})

if (values.help) console.log(USAGE)
else process.exitCode = (await main()) ? 0 : 1

async function main(): Promise<boolean> {
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  const frames = Number(values.frames)
  const directory = mkdtempSync(path.join(os.tmpdir(), 'fuzz-'))
  const stray: unknown[] = []
  for (const event of ['uncaughtException', 'unhandledRejection', 'warning']) {
    process.on(event, (error: unknown) => stray.push(error))
  }
  try {
    const scripted = compile('agent/main.ts', path.join(directory, 'scripted.cjs'))
    const connected = compile('test/lab/fuzz/programs/echo.ts', path.join(directory, 'echo.mjs'))
    const campaigns: [Campaign, number][] = [
      [hostCampaign, frames],
      [agentCampaign('the scripted agent', scripted, PER_PROCESS), frames * 0.75],
      [agentCampaign('an agent with connect()', connected, PER_PROCESS), frames * 0.25],
      [welcomeCampaign('the scripted agent, being welcomed', scripted), Math.min(WELCOMES, frames / 100)],
      [
        welcomeCampaign('an agent with connect(), being welcomed', connected),
        Math.min(WELCOMES, frames / 100),
      ],
    ]
    let failures = 0
    for (const [campaign, count] of campaigns) {
      if (!campaign.name.includes(values.only)) continue
      if (!(await report(campaign, count, seed))) failures += 1
    }
    for (const error of stray)
      console.log(`Nobody caught this: ${error instanceof Error ? error.stack : String(error)}`)
    const holds = failures === 0 && stray.length === 0
    if (values.only === '') {
      const value = `${holds ? 0 : 'SOME'} of ${frames.toLocaleString('en')} at each end`
      recordResult(repository, 'fuzz', [{ value, met: holds ? frames >= PROMISED || null : false }])
    }
    return holds
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function report(campaign: Campaign, count: number, seed: number): Promise<boolean> {
  const before = memory()
  const began = performance.now()
  const { frames, streams, failure } = await wage(campaign, count, seed)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `${campaign.name}: ${frames} frames in ${streams} streams, ${failure === undefined ? 'all' : 'NOT ALL'} as the protocol ` +
      `says, ${seconds} s, memory ${before} before, ${memory()} MiB after (--seed ${seed})`,
  )
  if (failure !== undefined) console.log(failure)
  return failure === undefined
}

/** MiB of this process that are in use, without what is garbage. */
function memory(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external } = process.memoryUsage()
  return Math.round((heapUsed + external) / 2 ** 20)
}
