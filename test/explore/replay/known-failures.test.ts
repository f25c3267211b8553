import { expect, test } from 'vitest'

import { writeFailure } from '../../../src/explore/replay/failure-file.ts'
import { failureOf, type RecordedFailure } from '../../../src/explore/replay/failure.ts'
import { failuresDirectory, knownFailures } from '../../../src/explore/replay/known-failures.ts'
import { Player } from '../../../src/explore/play/player.ts'
import { Scratch } from '../../support/scratch.ts'
import { failing, FAILURE } from './failing.ts'

async function record(): Promise<RecordedFailure> {
  using player = new Player()
  const { trace, violation } = await player.play(failing, FAILURE.schedule)
  if (!violation) throw new Error('nothing was broken')
  return failureOf(failing, FAILURE.schedule, violation, trace)
}

test('an exploration has the failures of its own file, and those of no file that is there', async () => {
  const scratch = new Scratch()
  const [one, other] = [scratch.path('one.test.ts'), scratch.path('other.test.ts')]
  for (const file of ['one.test.ts', 'other.test.ts']) scratch.write(file, '')
  const directory = failuresDirectory(one)
  const failure = await record()
  const ofOne = writeFailure(failure, directory, one)
  const ofOther = writeFailure({ ...failure, hash: 'another' }, directory, other)
  const ofGone = writeFailure({ ...failure, hash: 'gone' }, directory, scratch.path('gone.test.ts'))
  const ofAny = writeFailure({ ...failure, hash: 'any' }, directory)
  const files = (source: string, name = failing.name): string[] =>
    knownFailures(source, name).map(({ file }) => file)
  expect(files(one).toSorted()).toEqual([ofAny, ofGone, ofOne].toSorted())
  expect(files(other).toSorted()).toEqual([ofAny, ofGone, ofOther].toSorted())
  expect(files(one, 'something else')).toEqual([])
})
