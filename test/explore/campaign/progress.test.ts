import { expect, test } from 'vitest'

import type { CampaignProgress } from '../../../src/explore/campaign/campaign.ts'
import { ProgressLine } from '../../../src/explore/campaign/progress.ts'

interface Terminal {
  readonly text: string
  readonly line: ProgressLine
  /** Shows that so many of 20,000 were played, at this time in ms. */
  at(time: number, played: number): void
}

function terminal(isTTY: boolean, environment: Record<string, string> = {}, columns = 200): Terminal {
  let text = ''
  let now = 0
  const line = new ProgressLine(
    'x',
    { isTTY, columns, write: (more) => (text += more) },
    environment,
    () => now,
  )
  const progress = (played: number): CampaignProgress => ({
    played,
    schedules: 20_000,
    islands: Math.floor(played / 250),
    transitions: 12,
  })
  return {
    line,
    get text() {
      return text
    },
    at(time, played) {
      now = time
      line.show(progress(played))
    },
  }
}

test('a terminal has one line, which is written anew and cleared at the end', () => {
  const one = terminal(true)
  one.at(0, 0)
  one.at(500, 5000)
  one.line.end()
  expect(one.text.split('\r\u001B[2K')).toEqual([
    '',
    'x: 0 of 20,000 schedules, 0/s, 12 transitions, 0 islands',
    'x: 5,000 of 20,000 schedules, 10,000/s, 12 transitions, 20 islands, 2 s left',
    '',
  ])
})

test('the line is written ten times a second at most', () => {
  const one = terminal(true)
  for (let time = 0; time < 1000; time += 10) one.at(time, time)
  expect(one.text.split('\r')).toHaveLength(11)
})

test('a line that does not fit is cut, and wraps nowhere', () => {
  const one = terminal(true, {}, 20)
  one.at(500, 5000)
  expect(one.text).toBe('\r\u001B[2Kx: 5,000 of 20,000 ')
})

test.each([
  ['no terminal', false, {}],
  ['a terminal of a CI system', true, { CI: 'true' }],
])('%s has one line, at the end', (_, isTTY, environment) => {
  const one = terminal(isTTY, environment)
  one.at(1000, 5000)
  one.at(2000, 20_000)
  expect(one.text).toBe('')
  one.line.end()
  expect(one.text).toBe('x: 20,000 of 20,000 schedules, 10,000/s, 12 transitions, 80 islands\n')
})
