import { expect, test } from 'vitest'

import { fault, faultFacts } from '../../src/fault/fault.ts'
import { DEEDS } from '../fault/deeds.ts'
import { read } from './documents.ts'

interface Row {
  readonly name: string
  readonly point: string
  readonly where: string
  readonly finds: string
}

/** The rows of all tables of faults. */
const rows: readonly Row[] = read('docs/faults.md')
  .split('\n')
  .flatMap((line) => {
    const name = /^\| `fault\.(\w+)\(/.exec(line)?.[1]
    if (name === undefined) return []
    const cells = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
    return [{ name, point: cells[2] ?? '', where: cells[3] ?? '', finds: cells.at(-1) ?? '' }]
  })

const names = Object.keys(fault).filter((name) => name !== 'define')

const PLACES: Readonly<Record<number, string>> = { 3: 'everywhere', 2: 'not Windows', 1: 'Linux' }

test('every fault has its facts, and one row in the documents', () => {
  expect(Object.keys(faultFacts).toSorted()).toEqual(names.toSorted())
  expect(rows.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
})

test.each(rows)('the row of $name says what its facts say', ({ name, where, finds }) => {
  const facts = faultFacts[name]
  expect([where, finds]).toEqual([PLACES[facts?.on.length ?? 0], facts?.finds])
})

test.each(rows.filter(({ name }) => name in DEEDS))(
  'the row of $name says where it strikes',
  async ({ name, point }) => {
    const made = (await DEEDS[name]?.prepare('scripted'))?.fault
    expect(point).toBe(`\`${made?.at}\``)
  },
)

test('the protocol lists what the agents of this package play, and with which options', async () => {
  const listed = new Map(
    [...read('docs/protocol.md').matchAll(/^\| `(\w+)` +\| ([^|]*)\|/gm)].map(([, name, options]) => [
      name,
      [...(options ?? '').matchAll(/`(\w+)`(?! *\))/g)].map((match) => match[1]),
    ]),
  )
  for (const name of Object.keys(DEEDS).filter((name) => name in fault)) {
    const options = Object.keys((await DEEDS[name]?.prepare('connected'))?.fault.options ?? {})
    expect([name, listed.get(name)]).toEqual([name, options])
  }
})
