import { counted } from '../../counted.ts'
import type { CampaignFind } from './campaign.ts'
import type { ExplorationReport, Report } from './report.ts'
import { scheduleText } from '../schedule.ts'

/** A report for a terminal: a line for each exploration, and what was found. */
export function reportText({ shard, explorations }: Report): string {
  const part = shard && `Part ${shard.index} of ${shard.count}.`
  return [...(part === null ? [] : [part]), ...explorations.map(explorationText)].join('\n')
}

function explorationText({ file, name, seed, played, transitions, find }: ExplorationReport): string {
  const counts = `${counted(played, 'schedule')}, ${counted(Object.keys(transitions).length, 'transition')}, seed ${seed}`
  const line = `${find ? 'found' : 'holds'}  ${name}  (${file}: ${counts})`
  return find ? `${line}\n${indented(findText(find), 7)}` : line
}

/** What was found: what is broken, and the shortest schedule that breaks it. */
export function findText(find: CampaignFind): string {
  const { island, number, schedule, violation, shrunk } = find
  const shortest = shrunk ?? { schedule, violation }
  const broken = `"${shortest.violation.invariant}" is broken: ${shortest.violation.message}`
  const by = `${byWhat(find)} (island ${island}, schedule ${number})`
  return shortest.schedule.length === 0
    ? `${broken}\n${by}.`
    : `${broken}\n${by}:\n${indented(scheduleText(shortest.schedule), 2)}`
}

function byWhat({ schedule, shrunk }: CampaignFind): string {
  const entries = (shrunk?.schedule ?? schedule).length
  const these =
    entries === 0 ? 'without any fault or step' : entries === 1 ? 'by this one' : `by these ${entries}`
  if (schedule.length === 0) return these
  return shrunk
    ? `${these}, left of ${counted(schedule.length, 'fault or step', 'faults and steps')} after ${counted(shrunk.plays, 'play')}`
    : `${these}, as found`
}

export function indented(text: string, columns: number): string {
  return text.replace(/^/gm, ' '.repeat(columns))
}
