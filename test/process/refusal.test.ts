import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { obstacleOf, type Refusal, REFUSALS, refuse } from '../../src/process/refusal.ts'
import { Scratch } from '../support/scratch.ts'

const ALL = Object.keys(REFUSALS) as Refusal[]
const OF_ANY_START: readonly Refusal[] = ['missingDirectory', 'argumentsTooLong', 'forkFails', 'tooManyFiles']
const OF_A_FILE = ALL.filter((refusal) => !OF_ANY_START.includes(refusal))

test('what concerns the file itself needs a start of that file', () => {
  for (const refusal of OF_ANY_START) {
    for (const way of ['file', 'module', 'shell'] as const)
      expect(obstacleOf(way, refusal, 'win32')).toBeUndefined()
  }
  for (const refusal of OF_A_FILE) {
    expect(obstacleOf('file', refusal, 'linux')).toBeUndefined()
    expect(obstacleOf('module', refusal, 'linux')).toContain('`fork` starts Node itself')
    expect(obstacleOf('shell', refusal, 'linux')).toContain('a shell was started')
    expect(obstacleOf('file', refusal, 'win32')).toContain('on Windows')
  }
})

test.each(ALL.filter((refusal) => !['forkFails', 'tooManyFiles'].includes(refusal)))(
  'a start that %s refuses fails with the error of the system, and nothing is left',
  (refusal) => {
    const scratch = new Scratch()
    const reasons: string[] = []
    const impossible = (reason: string): unknown => reasons.push(reason)
    const refused = refuse(refusal, scratch.path('place'), impossible)
    const { file = '/bin/true', args = [], cwd } = refused ?? {}
    const start = () => spawnSync(file, args, cwd === undefined ? {} : { cwd })
    expect(refused?.within(start, impossible).error).toMatchObject({ code: REFUSALS[refusal] })
    refused?.undo()
    refused?.undo()
    expect([readdirSync(scratch.root), reasons]).toEqual([[], []])
  },
)

test.each<Refusal>(['notExecutable', 'badInterpreter', 'textFileBusy', 'symlinkLoop'])(
  'what somebody else has at the place of %s stays, and is told',
  (refusal) => {
    const scratch = new Scratch()
    const place = scratch.path('place')
    writeFileSync(place, 'mine')
    const reasons: string[] = []
    expect(refuse(refusal, place, (reason) => reasons.push(reason))).toBeUndefined()
    expect(reasons).toEqual([expect.stringContaining('EEXIST')])
    expect(existsSync(place)).toBe(true)
  },
)

test('a place in no directory is told, too', () => {
  const reasons: string[] = []
  const place = path.join(new Scratch().root, 'no', 'place')
  expect(refuse('notExecutable', place, (reason) => reasons.push(reason))).toBeUndefined()
  expect(reasons).toEqual([expect.stringContaining('ENOENT')])
})

test('what is missing is the file itself, or the directory', () => {
  const { within: _, undo: __, ...file } = refuse('notFound', '/place', () => {}) ?? {}
  const { within: ___, undo: ____, ...directory } = refuse('missingDirectory', '/place', () => {}) ?? {}
  expect([file, directory]).toEqual([{ file: '/place' }, { cwd: '/place' }])
})

test('a file is busy for that start alone', () => {
  const refused = refuse('textFileBusy', new Scratch().path('place'), () => {})
  const start = () => spawnSync(refused?.file ?? '')
  expect(refused?.within(start, () => {}).error).toMatchObject({ code: 'ETXTBSY' })
  expect(start()).toMatchObject({ status: 0 })
})

test.runIf(process.platform === 'linux')(
  'a process has no descriptor left for the time of that start',
  () => {
    const scratch = new Scratch()
    const reasons: string[] = []
    const impossible = (reason: string): unknown => reasons.push(reason)
    const refused = refuse('tooManyFiles', scratch.path('place'), impossible)
    const open = (): unknown => {
      try {
        return closeSync(openSync('/dev/null', 'r'))
      } catch (error) {
        return error
      }
    }
    expect(refused?.within(open, impossible)).toMatchObject({ code: 'EMFILE' })
    refused?.undo()
    expect([open(), reasons, readdirSync(scratch.root)]).toEqual([undefined, [], []])
  },
)
