import { grouped } from '../grouped.ts'
import type { Lane } from '../lanes.ts'
import type { View } from './view.ts'

/** What is drawn on one height: a lane, or several that have their times one after the other. */
export interface Row {
  /** Of the lane, or of the agent whose attempts share it. */
  readonly name: string
  readonly lanes: readonly Lane[]
}

/** More attempts of one agent than this share rows. */
export const OWN_ROWS = 12

/**
 * What the lanes are drawn in: first those of the test and of others, then each agent's. Attempts of an agent that is crowded share rows, as
 * far as they do not overlap. Lanes of which nothing is shown are left out.
 */
export function rowsOf(lanes: readonly Lane[], view: View, crowded: ReadonlySet<string>): Row[] {
  const shown = lanes.filter((lane) => isShown(lane, view))
  const ordered = shown.toSorted((a, b) => Number(a.agent !== undefined) - Number(b.agent !== undefined))
  return [...grouped(ordered, ({ agent }) => agent)].flatMap(([agent, own]) =>
    agent !== undefined && crowded.has(agent) ? sharedRows(agent, own) : own.map(ownRow),
  )
}

function ownRow(lane: Lane): Row {
  return { name: lane.name, lanes: [lane] }
}

function isShown(lane: Lane, view: View): boolean {
  return (
    lane.events.some((index) => view.at(index) !== undefined) ||
    lane.bars.some((bar) => view.stretch(bar, lane) !== undefined)
  )
}

/** Each goes to the first row that is free again. */
function sharedRows(agent: string, all: readonly Lane[]): Row[] {
  const lanes = all.filter(({ attempt }) => attempt !== undefined)
  const rows: { readonly lanes: Lane[]; free: number }[] = []
  for (const lane of lanes) {
    const begin = Math.min(lane.events[0] ?? 0, lane.bars[0]?.from ?? Infinity)
    const end = Math.max(lane.events.at(-1) ?? 0, lane.bars.at(-1)?.to ?? 0)
    const row = rows.find(({ free }) => free <= begin)
    if (row) Object.assign(row, { free: end }).lanes.push(lane)
    else rows.push({ lanes: [lane], free: end })
  }
  const others = all.filter(({ attempt }) => attempt === undefined)
  return [...others.map(ownRow), ...rows.map(({ lanes }) => ({ name: agent, lanes }))]
}
