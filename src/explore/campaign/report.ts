import fs from 'node:fs'
import path from 'node:path'

import { SuperviseError, systemCode } from '../../errors.ts'
import { isRecord } from '../../json.ts'
import type { CampaignFind, CampaignResult } from './campaign.ts'
import type { Shard } from './shard.ts'

/** What campaigns came to: of all their schedules, or of one part of several. JSON, with its fields in this order. */
export interface Report {
  readonly format: 1
  /** Of what decides which schedules are played, and what they come to. */
  readonly versions: Readonly<Record<string, string>>
  /** Which part it is; null: the whole. */
  readonly shard: Shard | null
  /** In the order of their files and names. */
  readonly explorations: readonly ExplorationReport[]
}

export interface ExplorationReport {
  /** The file that declares it, from the working directory, with `/`. */
  readonly file: string
  readonly name: string
  readonly seed: number
  /** How many schedules the whole campaign has. */
  readonly schedules: number
  /** How many islands were played to their end, or to the first find, and how many schedules on them. */
  readonly islands: number
  readonly played: number
  /** How many schedules an island has. */
  readonly islandSize: number
  /** Each transition that was seen, sorted, and the lowest island that had it. */
  readonly transitions: Readonly<Record<string, number>>
  /** The first one; null: nothing was found. */
  readonly find: CampaignFind | null
}

/** The report of one exploration. */
export function explorationReport(
  about: Pick<ExplorationReport, 'file' | 'name' | 'seed' | 'schedules' | 'islandSize'>,
  { islands, played, transitions, find }: CampaignResult,
): ExplorationReport {
  const { file, name, seed, schedules, islandSize } = about
  return { file, name, seed, schedules, islandSize, islands, played, transitions, find: find ?? null }
}

export function reportOf(
  versions: Report['versions'],
  shard: Shard,
  explorations: readonly ExplorationReport[],
): Report {
  const key = ({ file, name }: ExplorationReport): string => `${file}\0${name}`
  const ordered = explorations.toSorted((one, other) => (key(one) < key(other) ? -1 : 1))
  return { format: 1, versions, shard: shard.count === 1 ? null : shard, explorations: ordered }
}

/** Its directory is made if need be. Throws `ERR_EXPLORE_REPORT`. */
export function writeReport(file: string, report: Report): void {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`)
  } catch (error) {
    const why = systemCode(error) ?? String(error)
    throw reportError(
      file,
      `The report cannot be written to ${file} (${why}). Name a file that can be.`,
      error,
    )
  }
}

/** Throws `ERR_EXPLORE_REPORT` for what is no report of this version. */
export function readReport(file: string): Report {
  let value: unknown
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch (error) {
    const why = systemCode(error) ?? (error as Error).message
    throw reportError(
      file,
      `The report ${file} cannot be read: ${why}. Give files that \`--report\` has written.`,
      error,
    )
  }
  if (isReport(value)) return value
  const wrong =
    isRecord(value) && typeof value['format'] === 'number' && value['format'] !== 1
      ? `is of format ${value['format']}, and this version reads format 1. Use one version for all parts`
      : 'is no report of explorations. Give files that `--report` has written'
  throw reportError(file, `${file} ${wrong}.`, undefined)
}

function isReport(value: unknown): value is Report {
  return (
    isRecord(value) &&
    value['format'] === 1 &&
    isRecord(value['versions']) &&
    (value['shard'] === null || isRecord(value['shard'])) &&
    Array.isArray(value['explorations']) &&
    value['explorations'].every(
      (one: unknown) => isRecord(one) && typeof one['name'] === 'string' && isRecord(one['transitions']),
    )
  )
}

function reportError(file: string, message: string, cause: unknown): SuperviseError {
  return new SuperviseError('ERR_EXPLORE_REPORT', message, {
    path: file,
    ...(cause !== undefined && { cause }),
  })
}
