import type { CampaignFind } from './campaign.ts'
import type { ExplorationReport, Report } from './report.ts'
import { scheduleText } from '../schedule.ts'

/** A report for a terminal: a line for each exploration, and what was found. */
export function reportText({ shard, explorations }: Report): string {
  const part = shard && `Part ${shard.index} of ${shard.count}.`
  return [...(part === null ? [] : [part]), ...explorations.map(explorationText)].join('\n')
}

function explorationText({ file, name, seed, played, transitions, find }: ExplorationReport): string {
  const counts = `${count(played, 'schedule')}, ${count(Object.keys(transitions).length, 'transition')}, seed ${seed}`
  const line = `${find ? 'found' : 'holds'}  ${name}  (${file}: ${counts})`
  return find ? `${line}\n${indented(findText(find), 7)}` : line
}

/** What was found: what is broken, and the shortest schedule that breaks it. */
export function findText({ island, number, schedule, violation, shrunk }: CampaignFind): string {
  const shortest = shrunk ?? { schedule, violation }
  const where = `island ${island}, schedule ${number}`
  return [
    `"${shortest.violation.invariant}" is broken: ${shortest.violation.message}`,
    shrunk
      ? `by these ${shrunk.schedule.length}, left of ${schedule.length} faults and steps after ${count(shrunk.plays, 'play')} (${where}):`
      : `by these ${schedule.length} faults and steps, as they were found (${where}):`,
    indented(scheduleText(shortest.schedule), 2),
  ].join('\n')
}

/** A number with its noun. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount.toLocaleString('en')} ${amount === 1 ? one : many}`
}

function indented(text: string, columns: number): string {
  return text.replace(/^/gm, ' '.repeat(columns))
}
