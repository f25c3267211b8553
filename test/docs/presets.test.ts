import { expect, test } from 'vitest'

import { read } from './documents.ts'
import { presetTables } from './preset-tables.ts'

const expected = await presetTables()

test.for(Object.keys(expected))('the table of presets %s says what they do', (heading) => {
  expect(tableUnder(heading)).toEqual(expected[heading])
})

/** The cells of the first table under a heading, without its head. */
function tableUnder(heading: string): string[][] {
  const [, section = ''] = read('docs/presets.md').split(`## ${heading}\n`)
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}
