import { SuperviseError } from '../../errors.ts'
import type { ExplorationReport, Report } from './report.ts'

/**
 * The report of the whole campaign, from those of all its parts, in any order: the same as without parts.
 * Throws `ERR_EXPLORE_REPORT` for parts that do not make a whole, and says which is wrong by how `names` calls it.
 * @param names of the reports, such as their files
 */
export function mergeReports(parts: readonly Report[], names: readonly string[] = []): Report {
  const named = parts.map((report, index) => ({ report, name: names[index] ?? `part ${index + 1}` }))
  const [first] = named
  if (!first) throw refused('There are no reports to merge. Give the report of each part.')
  for (const { report, name } of named) {
    if (report.shard === null) {
      if (named.length === 1) return report
      throw refused(
        `${name} is the report of a whole campaign, and not of a part: it is not merged with others.`,
      )
    }
  }
  checkShards(named)
  for (const other of named.slice(1)) checkLike(first, other)
  const explorations = first.report.explorations.map((_, index) =>
    mergeExploration(parts.flatMap((part) => part.explorations[index] ?? [])),
  )
  return { ...first.report, shard: null, explorations }
}

interface Named {
  readonly report: Report
  readonly name: string
}

function checkShards(named: readonly Named[]): void {
  const shards = named.map(({ report, name }) => ({ name, ...(report.shard ?? { index: 1, count: 1 }) }))
  const [first] = shards
  const count = first?.count ?? 0
  for (const [at, { name, index, count: other }] of shards.entries()) {
    if (other !== count)
      throw refused(
        `${first?.name} is one of ${count} parts, and ${name} one of ${other}. Merge parts of one campaign.`,
      )
    const twice = shards.slice(0, at).find((one) => one.index === index)
    if (twice)
      throw refused(`${name} and ${twice.name} are both part ${index} of ${count}. Give each part once.`)
  }
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter(
    (index) => !shards.some((shard) => shard.index === index),
  )
  if (missing.length > 0)
    throw refused(
      `Of ${count} parts, ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. Give all.`,
    )
}

function checkLike(one: Named, other: Named): void {
  for (const name of new Set([one, other].flatMap(({ report }) => Object.keys(report.versions)))) {
    const [here, there] = [one.report.versions[name], other.report.versions[name]]
    if (here !== there)
      throw unlike(one, other, `played with ${name} ${here} in one, and ${there} in the other`)
  }
  const keys = ({ report }: Named): string[] =>
    report.explorations.map(({ file, name }) => `"${name}" of ${file}`)
  for (const [only, not] of [
    [one, other],
    [other, one],
  ] as const) {
    const alone = keys(only).find((key) => !keys(not).includes(key))
    if (alone !== undefined)
      throw refused(`${alone} is in ${only.name}, and not in ${not.name}. Explore the same in all parts.`)
  }
  for (const [index, exploration] of one.report.explorations.entries()) {
    const same = other.report.explorations[index]
    for (const number of ['seed', 'schedules', 'islandSize'] as const) {
      if (same && same[number] !== exploration[number])
        throw unlike(
          one,
          other,
          `"${exploration.name}" has ${number} ${exploration[number]} in one, and ${same[number]} in the other`,
        )
    }
  }
}

function mergeExploration(parts: readonly ExplorationReport[]): ExplorationReport {
  const [first] = parts
  if (!first) throw refused('The parts have no explorations.')
  const { schedules, islandSize } = first
  const find = parts
    .flatMap((part) => part.find ?? [])
    .reduce<ExplorationReport['find']>(
      (lowest, one) => (lowest && lowest.island < one.island ? lowest : one),
      null,
    )
  // What came after the first find counts for nothing, whichever part played it.
  const last = find?.island ?? Infinity
  const transitions = new Map<string, number>()
  for (const part of parts) {
    for (const [transition, island] of Object.entries(part.transitions)) {
      if (island <= last)
        transitions.set(transition, Math.min(island, transitions.get(transition) ?? Infinity))
    }
  }
  return {
    ...first,
    islands: find ? find.island + 1 : Math.ceil(schedules / islandSize),
    played: find ? find.island * islandSize + find.number : schedules,
    transitions: Object.fromEntries([...transitions].toSorted(([one], [other]) => (one < other ? -1 : 1))),
    find,
  }
}

function unlike(one: Named, other: Named, how: string): SuperviseError {
  return refused(
    `${one.name} and ${other.name} are no parts of one campaign: ${how}. Explore with the same in all parts.`,
  )
}

function refused(message: string): SuperviseError {
  return new SuperviseError('ERR_EXPLORE_REPORT', message)
}
