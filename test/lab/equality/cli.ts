import { parseArgs } from 'node:util'

import { scheduleText } from '../../../src/explore/schedule.ts'
import { recordResult } from '../../../bench/record.mjs'
import { repository } from '../repository.ts'
import { BothWorlds } from './both-worlds.ts'
import { type Drawn, draw, playableFaults } from './draw.ts'
import { firstDifference, smallest } from './difference.ts'

const USAGE = `Plays random schedules in a simulation and with real processes, and compares what happens.
  --schedules n  how many (default 1000)
  --seed s       which ones: the first has this seed, the next one has the next (default 1)
  --agents n     at most so many at a time (default 3)
  --at-least p   how many of a hundred must be equal (default 99.9)
  --only json    one play, as { scenario, agents, within, schedule }: prints what real processes do`

/** How many schedules are promised to be compared. */
const PROMISED = 1000

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    agents: { type: 'string', default: '3' },
    'at-least': { type: 'string', default: '99.9' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
})

if (values.help) console.log(USAGE)
else if (values.only !== undefined) await playOnly(JSON.parse(values.only) as Drawn)
else process.exitCode = (await main()) ? 0 : 1

async function playOnly(drawn: Drawn): Promise<void> {
  await using worlds = await BothWorlds.open()
  console.log((await worlds.real(drawn)).lines.join('\n'))
  await agree(worlds, drawn, NaN)
}

async function main(): Promise<boolean> {
  const began = performance.now()
  const [schedules, seed, most] = [values.schedules, values.seed, values.agents].map(Number) as [
    number,
    number,
    number,
  ]
  const faults = playableFaults()
  let equal = 0
  await using worlds = await BothWorlds.open()
  for (let done = 0; done < schedules; done++) {
    const drawn = draw(seed + done, faults, most)
    if (await agree(worlds, drawn, seed + done)) equal += 1
    if (process.stderr.isTTY) process.stderr.write(`\r${done + 1} of ${schedules}, ${equal} equal`)
  }
  const share = (100 * equal) / schedules
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(
    `${equal} of ${schedules} schedules from --seed ${seed} leave the same timeline: ${share} %, in ${seconds} s.`,
  )
  const holds = share >= Number(values['at-least'])
  recordResult(repository, 'equality', [
    { value: `${share} % of ${schedules}`, met: holds ? schedules >= PROMISED || null : false },
  ])
  return holds
}

/** Whether both worlds tell the same; if not, prints what they tell. */
async function agree(worlds: BothWorlds, drawn: Drawn, seed: number): Promise<boolean> {
  const [simulated, real] = [await worlds.simulated(drawn), await worlds.real(drawn)]
  if (firstDifference(simulated, real) === undefined) return true
  const again = await worlds.real(drawn)
  const isStable = firstDifference(real, again) === undefined
  console.log(`\n--schedules 1 --seed ${seed} (${drawn.scenario}, ${JSON.stringify(drawn.agents)})`)
  if (!isStable) {
    console.log(`Real processes do not do the same twice:\n${firstDifference(real, again)}`)
    console.log(scheduleText(drawn.schedule))
  }
  const { drawn: least, difference } = await smallest(worlds, drawn)
  console.log(`${scheduleText(least.schedule)}\n${difference ?? '(not again)'}`)
  return simulated.hash === real.hash
}
