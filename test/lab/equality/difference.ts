import type { BothWorlds, Told } from './both-worlds.ts'
import type { Drawn } from './draw.ts'

const BEFORE = 4
const AFTER = 3

/** Where two worlds first tell different things, side by side; undefined if nowhere. */
export function firstDifference(simulated: Told, real: Told): string | undefined {
  const length = Math.max(simulated.lines.length, real.lines.length)
  const at = Array.from({ length }).findIndex((_, index) => simulated.lines[index] !== real.lines[index])
  if (at === -1) return undefined
  const around = ({ lines }: Told): string => lines.slice(Math.max(0, at - BEFORE), at + AFTER).join('\n')
  return `simulated, from line ${Math.max(0, at - BEFORE) + 1}:\n${around(simulated)}\nreal:\n${around(real)}`
}

/** Leaves entries of a schedule out as long as the worlds tell different things. */
export async function smallest(
  worlds: BothWorlds,
  drawn: Drawn,
): Promise<{ drawn: Drawn; difference: string | undefined }> {
  let found = { drawn, difference: await differenceOf(worlds, drawn) }
  for (let index = drawn.schedule.length - 1; index >= 0; index--) {
    const fewer = { ...found.drawn, schedule: found.drawn.schedule.filter((_, each) => each !== index) }
    const difference = await differenceOf(worlds, fewer)
    if (difference !== undefined) found = { drawn: fewer, difference }
  }
  return found
}

/** What the worlds tell differently of a play. */
export async function differenceOf(worlds: BothWorlds, drawn: Drawn): Promise<string | undefined> {
  return firstDifference(await worlds.simulated(drawn), await worlds.real(drawn))
}
