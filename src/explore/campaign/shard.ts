import { SuperviseError } from '../../errors.ts'

/** A part of a campaign that one of several machines plays. */
export interface Shard {
  /** From 1. */
  readonly index: number
  readonly count: number
}

/** All of it. */
export const WHOLE: Shard = Object.freeze({ index: 1, count: 1 })

/** Where a shard comes from: an option, or the variables of a system. */
export interface ChosenShard {
  readonly shard: Shard
  /** Such as `GitLab, by CI_NODE_INDEX and CI_NODE_TOTAL`; undefined if nobody chose it. */
  readonly chosenBy: string | undefined
}

/**
 * The shard that `i/n` stands for, i from 1; else the one that a CI system gives its parallel jobs by their environment:
 * `CI_SHARDS`; else everything. Throws `ERR_OPTION_INVALID` for what is no shard.
 */
export function chooseShard(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): ChosenShard {
  if (option !== undefined) return { shard: parse(option), chosenBy: '--shard' }
  for (const system of CI_SHARDS) {
    const shard = shardOf(system, environment)
    if (shard) return { shard, chosenBy: `${system.name}, by ${system.index} and ${system.count}` }
  }
  return { shard: WHOLE, chosenBy: undefined }
}

/** How a CI system tells parallel jobs apart. */
export interface CiShard {
  readonly name: string
  /** The variable with the index, and its first value. */
  readonly index: string
  readonly first: 0 | 1
  /** The variable with the number of jobs. */
  readonly count: string
  /** What to do when the number is not there. */
  readonly advice: string
}

/** GitHub Actions has no such variables: its jobs of a matrix are told by `--shard`. */
export const CI_SHARDS: readonly CiShard[] = [
  ci('GitLab', 'CI_NODE_INDEX', 1, 'CI_NODE_TOTAL'),
  ci('CircleCI', 'CIRCLE_NODE_INDEX', 0, 'CIRCLE_NODE_TOTAL'),
  ci('Buildkite', 'BUILDKITE_PARALLEL_JOB', 0, 'BUILDKITE_PARALLEL_JOB_COUNT'),
  ci('Azure Pipelines', 'SYSTEM_JOBPOSITIONINPHASE', 1, 'SYSTEM_TOTALJOBSINPHASE'),
  ci('Semaphore', 'SEMAPHORE_JOB_INDEX', 1, 'SEMAPHORE_JOB_COUNT'),
  ci('Bitbucket Pipelines', 'BITBUCKET_PARALLEL_STEP', 0, 'BITBUCKET_PARALLEL_STEP_COUNT'),
  {
    name: 'a Kubernetes indexed job',
    index: 'JOB_COMPLETION_INDEX',
    first: 0,
    count: 'JOB_COMPLETIONS',
    advice:
      'Kubernetes sets the index alone: give the container JOB_COMPLETIONS with the value of `completions` of the job',
  },
]

function ci(name: string, index: string, first: 0 | 1, count: string): CiShard {
  return { name, index, first, count, advice: `${name} sets both for parallel jobs: set ${count} too` }
}

function shardOf(
  { name, index, first, count, advice }: CiShard,
  environment: Readonly<Record<string, string | undefined>>,
): Shard | undefined {
  const [given, total] = [environment[index], environment[count]]
  // GitLab gives the number, 1, to jobs that are not parallel, too.
  if (given === undefined || given === '') return undefined
  if (total === undefined || total === '') {
    throw invalid(`${index} is ${given}, as in ${name}, but ${count} is not set. ${advice}`, given)
  }
  const shard = { index: Number(given) - first + 1, count: Number(total) }
  if (isShard(shard) && /^\d+$/.test(given) && /^\d+$/.test(total)) return shard
  throw invalid(
    `${index}, which counts from ${first} in ${name}, is ${given}, and ${count} is ${total}: that is no part of a whole. ` +
      'Correct them',
    given,
  )
}

function parse(option: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(option) ?? []
  const shard = { index: Number(index), count: Number(count) }
  if (isShard(shard)) return shard
  throw new SuperviseError(
    'ERR_OPTION_INVALID',
    `The shard is ${JSON.stringify(option)}, but must be such as 2/3: the second of three parts.`,
    { option: 'shard', value: option },
  )
}

function isShard({ index, count }: Shard): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(count) && index >= 1 && index <= count
}

function invalid(wrong: string, value: string): SuperviseError {
  return new SuperviseError(
    'ERR_OPTION_INVALID',
    `${wrong}, or give --shard i/n, such as --shard 1/1 for everything.`,
    {
      option: 'shard',
      value,
    },
  )
}
