import type { Lane } from '../lanes.ts'
import type { View } from './view.ts'

/** What is drawn on one height: a lane, or several that have their times one after the other. */
export interface Row {
  readonly name: string
  readonly lanes: readonly Lane[]
}

/** More attempts of one agent than this share rows. */
export const OWN_ROWS = 12

/**
 * What the lanes are drawn in: first those of the test and of others, then each agent's. Attempts of an agent that has many share rows, as
 * far as they do not overlap. Lanes of which nothing is shown are left out.
 */
export function rowsOf(lanes: readonly Lane[], view: View): Row[] {
  const shown = lanes.filter((lane) => isShown(lane, view))
  const agents = [...new Set(shown.map(({ agent }) => agent))]
  const ordered = [undefined, ...agents.filter((agent) => agent !== undefined)]
  return ordered.flatMap((agent) => {
    const own = shown.filter((lane) => lane.agent === agent)
    const attempts = own.filter(({ attempt }) => attempt !== undefined)
    const isCrowded = agent !== undefined && attempts.length > OWN_ROWS
    if (!isCrowded) return own.map((lane) => ({ name: lane.name, lanes: [lane] }))
    const others = own.filter(({ attempt }) => attempt === undefined)
    return [...others.map((lane) => ({ name: lane.name, lanes: [lane] })), ...shared(agent, attempts)]
  })
}

function isShown(lane: Lane, view: View): boolean {
  return (
    lane.events.some((index) => view.at(index) !== undefined) ||
    lane.bars.some((bar) => view.stretch(bar, lane) !== undefined)
  )
}

/** Each goes to the first row that is free again. */
function shared(agent: string, lanes: readonly Lane[]): Row[] {
  const rows: { readonly lanes: Lane[]; free: number }[] = []
  for (const lane of lanes) {
    const begin = Math.min(lane.events[0] ?? 0, lane.bars[0]?.from ?? Infinity)
    const end = Math.max(lane.events.at(-1) ?? 0, lane.bars.at(-1)?.to ?? 0)
    const row = rows.find(({ free }) => free <= begin)
    if (row) Object.assign(row, { free: end }).lanes.push(lane)
    else rows.push({ lanes: [lane], free: end })
  }
  return rows.map(({ lanes }) => ({ name: sharedName(agent, lanes), lanes }))
}

function sharedName(agent: string, lanes: readonly Lane[]): string {
  const [first, last] = [lanes[0]?.attempt, lanes.at(-1)?.attempt]
  return first === last ? `${agent}#${first}` : `${agent}#${first}–${last}`
}
