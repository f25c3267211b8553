import { parseArgs } from 'node:util'

import { recordResult } from '../../../bench/record.mjs'
import { repository } from '../repository.ts'
import { type Runtime, runtime, type VitestMajor } from '../runtime.ts'
import { allCells, nameOf, sample } from './cells.ts'
import { eachOf } from './pool.ts'
import { killAtRandom } from './random-kills.ts'
import { header, isClean, row, summary } from './report.ts'
import { tryCell } from './trial.ts'

const USAGE = `Kills test runs in every way, and counts what outlives them. Linux.
  --vitest 4|5      only this version
  --sample n        only n cells, spread over all
  --only text       only cells whose names contain this
  --random n        instead: kill the main process n times, at random moments
  --seed s          which moments (default: the time of day)`

const { values } = parseArgs({
  options: {
    vitest: { type: 'string' },
    sample: { type: 'string' },
    only: { type: 'string' },
    random: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  },
})

/** How many kills at random moments are promised to leave nothing. */
const PROMISED_KILLS = 200

if (values.help) console.log(USAGE)
else if (process.platform !== 'linux') console.log('The kill matrix reads /proc: it needs Linux.')
else process.exitCode = (await main()) ? 0 : 1

async function main(): Promise<boolean> {
  const versions = (['4', '5'] as const).filter((version) => (values.vitest ?? version) === version)
  const runtimes = new Map<VitestMajor, Runtime>()
  for (const version of versions) runtimes.set(version, await runtime(version))
  for (const { name } of runtimes.values()) console.log(name)
  console.log(`\n${header}`)
  const results = values.random === undefined ? await matrix(runtimes) : await random([...runtimes.values()])
  console.log(`\n${summary(results)}`)
  record(results, [...runtimes.values()])
  return results.every(isClean)
}

/** Not of what only a part of the matrix was asked about. */
function record(results: Awaited<ReturnType<typeof killAtRandom>>, runtimes: readonly Runtime[]): void {
  if (values.only !== undefined) return
  const isRandom = values.random !== undefined
  const isWhole = isRandom
    ? results.length >= PROMISED_KILLS
    : values.sample === undefined && runtimes.length > 1
  const failed = results.filter((result) => !isClean(result)).length
  recordResult(repository, isRandom ? 'kill-matrix-random' : 'kill-matrix', [
    {
      value: `${failed} of ${results.length} ${isRandom ? 'kills' : 'cells'} with survivors`,
      met: failed === 0 ? isWhole || null : false,
      note: runtimes.map(({ name }) => name).join('; '),
    },
  ])
}

function random(runtimes: readonly Runtime[]): ReturnType<typeof killAtRandom> {
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  console.log(`--seed ${seed}`)
  return killAtRandom(runtimes, Number(values.random), seed, (result) => console.log(row(result)))
}

async function matrix(runtimes: ReadonlyMap<VitestMajor, Runtime>): ReturnType<typeof killAtRandom> {
  const named = allCells([...runtimes.keys()]).filter((cell) => nameOf(cell).includes(values.only ?? ''))
  const cells = values.sample === undefined ? named : sample(named, Number(values.sample))
  return eachOf(cells, 2, async (cell) => {
    const result = await tryCell(cell, runtimes.get(cell.vitest) as Runtime)
    console.log(row(result))
    return result
  })
}
