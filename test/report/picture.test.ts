import { expect, test } from 'vitest'

import { packRecordings, unpackRecordings } from '../../src/report/packed.ts'
import { timelinePicture } from '../../src/report/picture.ts'
import type { Recording } from '../../src/timeline/recording.ts'
import { crashLoop, recordingOf } from './recordings.ts'

/** What the picture tells whoever reads it: its texts, in their order. */
async function textsOf(...recordings: Recording[]): Promise<string[]> {
  const svg = await timelinePicture(recordings, { title: 'a test', failed: true })
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text ?? '')
}

/** An agent that crashes so often. */
function looping(attempts: number, wait?: (attempt: number) => number): Recording {
  return recordingOf(crashLoop(attempts, 'agent', wait))
}

test('the picture of the first example is that of the documents', async () => {
  const facts = { title: 'waits 1, 2, 4 and 8 s, then gives up', failed: false }
  await expect(await timelinePicture([looping(5)], facts)).toMatchFileSnapshot(
    '../../docs/images/timeline.svg',
  )
})

test('real times are in it only where time was real', async () => {
  const draw = (recording: Recording): Promise<string> =>
    timelinePicture([recording], { title: '', failed: true })
  const other = (recording: Recording): Recording => ({
    ...recording,
    realTimes: [],
    end: { ...recording.end, real: 1 },
  })
  const virtual = looping(2)
  expect(await draw(other(virtual))).toBe(await draw(virtual))
  const real = recordingOf([[12.345, { kind: 'spawn', agent: 'web', attempt: 1 }]], {
    end: 86.655,
    virtual: false,
  })
  expect(await textsOf(real)).toEqual(expect.arrayContaining(['real time', '12.345 ms', '99 ms']))
})

test('faults, exits, signals and backoffs are told in words', async () => {
  const texts = await textsOf(looping(2))
  expect(texts).toEqual(
    expect.arrayContaining(['agent#1', 'fault: exit', 'exit 1', 'backoff 1 s', 'agent#2', 'gave up']),
  )
})

test('what tests say does not break the document', async () => {
  const text = '</text><script>alert(1)</script> ]]> & " \' \u0000\u001B[31m \u202E \uD800 \uFFFF\n'
  const recording = recordingOf([
    [0, { kind: 'note', text }],
    [0, { kind: 'spawn', agent: text, attempt: 1 }],
  ])
  const svg = await timelinePicture([recording], { title: text, failed: true })
  // oxlint-disable-next-line no-control-regex -- XML has none of them
  expect(svg).not.toMatch(/<script|\]\]>|[\u0000-\u0009\u000B-\u001F\u202E\uFFFE\uFFFF]|\p{Cs}/u)
  expect(svg).toContain('&lt;script')
})

test('there is nothing in it from elsewhere', async () => {
  const svg = await timelinePicture([looping(2)], { title: '', failed: false })
  expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
    /https?:|href|@import|<script|<image|<foreignObject/,
  )
})

test('of 10,000 events the first and the last ones are shown, and it says so', async () => {
  const recording = looping(2000, () => 250)
  const svg = await timelinePicture([recording], { title: '', failed: true })
  expect(svg.length).toBeLessThan(300_000)
  expect(svg).toContain('9,800 events are not shown')
  expect(svg).toContain('10,000 events')
  expect(svg).toContain('#2000')
})

test('however much there is to tell, it stays below 300 kB', async () => {
  const talk = recordingOf([
    ...Array.from(
      { length: 60 },
      (_, index) => [0, { kind: 'spawn', agent: `agent-${index}`, attempt: 1 }] as const,
    ),
    ...Array.from({ length: 400 }, () => [1, { kind: 'note', text: '<&"'.repeat(10_000) }] as const),
  ])
  const svg = await timelinePicture(Array(9).fill(talk) as Recording[], {
    title: '&'.repeat(50_000),
    failed: true,
  })
  expect(svg.length).toBeLessThan(300_000)
})

test('the events that a packed recording has lost are counted as well', async () => {
  const [cut] = unpackRecordings(packRecordings([looping(5000, () => 1)]))
  expect(await textsOf(cut!)).toContain('⋯ 24,800 events are not shown ⋯')
})

test('a few attempts have a row each, and many share rows', async () => {
  const rows = async (attempts: number): Promise<number> =>
    (await textsOf(looping(attempts))).filter((text) => text.startsWith('agent')).length
  expect(await rows(5)).toBe(5)
  expect(await rows(13)).toBeLessThan(6)
  expect(await textsOf(looping(13))).toEqual(expect.arrayContaining(['#1', '#7', '#13']))
})

test('several recordings are one below the other, with a number each', async () => {
  const texts = await textsOf(recordingOf(crashLoop(1, 'web')), recordingOf(crashLoop(1, 'db')))
  expect(texts).toEqual(expect.arrayContaining(['1: virtual time', 'web#1', '2: virtual time', 'db#1']))
})
