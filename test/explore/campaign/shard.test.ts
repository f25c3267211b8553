import { expect, test } from 'vitest'

import { chooseShard } from '../../../src/explore/campaign/shard.ts'

test.each([
  ['GitLab', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '3' }, 1],
  ['GitLab', { CI_NODE_INDEX: '3', CI_NODE_TOTAL: '3' }, 3],
  ['CircleCI', { CIRCLE_NODE_INDEX: '0', CIRCLE_NODE_TOTAL: '3' }, 1],
  ['Buildkite', { BUILDKITE_PARALLEL_JOB: '2', BUILDKITE_PARALLEL_JOB_COUNT: '3' }, 3],
  ['Azure Pipelines', { SYSTEM_JOBPOSITIONINPHASE: '1', SYSTEM_TOTALJOBSINPHASE: '3' }, 1],
  ['Semaphore', { SEMAPHORE_JOB_INDEX: '3', SEMAPHORE_JOB_COUNT: '3' }, 3],
  ['Bitbucket Pipelines', { BITBUCKET_PARALLEL_STEP: '0', BITBUCKET_PARALLEL_STEP_COUNT: '3' }, 1],
  ['a Kubernetes indexed job', { JOB_COMPLETION_INDEX: '1', JOB_COMPLETIONS: '3' }, 2],
])('the variables of %s say which part it is: %o', (name, environment, index) => {
  const { shard, chosenBy } = chooseShard(undefined, environment)
  expect(shard).toEqual({ index, count: 3 })
  expect(chosenBy).toBe(`${name}, by ${Object.keys(environment).join(' and ')}`)
})

test.each([
  ['nothing', {}],
  ['what GitLab gives to jobs that are not parallel', { CI_NODE_TOTAL: '1' }],
  ['variables without a value', { CI_NODE_INDEX: '', CI_NODE_TOTAL: '' }],
])('%s means the whole', (_, environment) => {
  expect(chooseShard(undefined, environment)).toEqual({ shard: { index: 1, count: 1 }, chosenBy: undefined })
})

test('the option comes before all variables', () => {
  const { shard } = chooseShard('2/5', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '3' })
  expect(shard).toEqual({ index: 2, count: 5 })
})

test.each(['0/3', '4/3', '1', '1/0', '1/3/3', '-1/3', '1.5/3', 'a/b', ''])('%j is no shard', (option) => {
  expect(() => chooseShard(option, {})).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTION_INVALID',
      message: `The shard is ${JSON.stringify(option)}, but must be such as 2/3: the second of three parts.`,
    }),
  )
})

test('an index without a number says which variable is missing', () => {
  expect(() => chooseShard(undefined, { JOB_COMPLETION_INDEX: '0' })).toThrowErrorMatchingInlineSnapshot(
    `[SuperviseError: JOB_COMPLETION_INDEX is 0, as in a Kubernetes indexed job, but JOB_COMPLETIONS is not set. Kubernetes sets the index alone: give the container JOB_COMPLETIONS with the value of \`completions\` of the job, or give --shard i/n, such as --shard 1/1 for everything.]`,
  )
  expect(() => chooseShard(undefined, { CIRCLE_NODE_INDEX: '0' })).toThrowErrorMatchingInlineSnapshot(
    `[SuperviseError: CIRCLE_NODE_INDEX is 0, as in CircleCI, but CIRCLE_NODE_TOTAL is not set. CircleCI sets both for parallel jobs: set CIRCLE_NODE_TOTAL too, or give --shard i/n, such as --shard 1/1 for everything.]`,
  )
})

test('an index beyond the number says from where it counts', () => {
  const environment = { CIRCLE_NODE_INDEX: '3', CIRCLE_NODE_TOTAL: '3' }
  expect(() => chooseShard(undefined, environment)).toThrowErrorMatchingInlineSnapshot(
    `[SuperviseError: CIRCLE_NODE_INDEX, which counts from 0 in CircleCI, is 3, and CIRCLE_NODE_TOTAL is 3: that is no part of a whole. Correct them, or give --shard i/n, such as --shard 1/1 for everything.]`,
  )
})
