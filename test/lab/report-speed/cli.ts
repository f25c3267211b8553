import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'

import { recordResult } from '../../../bench/record.mjs'
import { reportPage } from '../../../src/report/page.ts'
import { busyDay, crashLoop, recordingOf } from '../../report/recordings.ts'
import { runOf, testOf } from '../../report/runs.ts'
import { startBrowser } from '../../support/start-browser.ts'
import { repository } from '../repository.ts'
import { frameTimes, type Times, workMeter } from './frames.ts'

const EVENTS = 10_000
const TESTS = 1000
/** Two frames of a screen at 60 Hz. */
const SMOOTH_MS = 34

const browser = await startBrowser()
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'report-speed-'))
try {
  await measure()
} finally {
  await browser.close()
  await fs.rm(folder, { recursive: true })
}

async function measure(): Promise<void> {
  const html = await reportPage(largeRun())
  const file = path.join(folder, 'index.html')
  await fs.writeFile(file, html)
  const parts = ['page.js', 'page.css'].map((name) => new URL(`../dist/src/report/${name}`, import.meta.url))
  const code = (await Promise.all(parts.map((part) => fs.readFile(part)))).map((text) => text.length)
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } })
  await page.goto(`${pathToFileURL(file)}#test=busy`)
  await page.locator('canvas').waitFor()
  const load = await page.evaluate(() => performance.now())

  print(`${EVENTS} events in one timeline, ${TESTS} tests; ${browser.version()}, ${os.cpus().length} CPUs`)
  print(
    `script and style ${kilobytes(...code)}, whole file ${kilobytes(html.length)}, gzip ${kilobytes(gzipSync(html).length)}`,
  )
  print(`shown after ${Math.round(load)} ms; ${await page.locator('*').count()} elements`)
  print('')
  print(`${'ms'.padEnd(28)}frames    p50    p95    max  work/frame`)
  const work = await workMeter(page)
  let slowest = { name: '', p95: 0 }
  const row = async (name: string, act: () => Promise<unknown>): Promise<void> => {
    const before = await work()
    const times = await frameTimes(page, act)
    if (times.p95 > slowest.p95) slowest = { name, p95: times.p95 }
    print(`${name.padEnd(26)}${cells(times, (await work()) - before)}`)
  }
  const over = async (selector: string): Promise<void> =>
    page
      .locator(selector)
      .first()
      .hover({ position: { x: 300, y: 100 } })
  await row('at rest', async () => {})
  await over('.event-table .rows')
  await row('table scrolls', () => page.mouse.wheel(0, 400))
  await over('.sidebar .rows')
  await row('list of tests scrolls', () => page.mouse.wheel(0, 400))
  await over('canvas')
  await row('lanes scroll', () => page.mouse.wheel(0, 5))
  await page.keyboard.down('Control')
  await row('lanes zoom in', () => page.mouse.wheel(0, -8))
  await row('lanes zoom out', () => page.mouse.wheel(0, 8))
  await page.keyboard.up('Control')
  await page.keyboard.press('+')
  await row('lanes move sideways', () => page.mouse.wheel(6, 0))
  await row('next event, key held down', () => page.keyboard.press('n'))
  recordResult(repository, 'report-speed', [
    {
      value: `95 of 100 frames within ${slowest.p95.toFixed(1)} ms`,
      met: slowest.p95 <= SMOOTH_MS,
      note: `the slowest: ${slowest.name}; smooth is ${SMOOTH_MS} ms; ${browser.version()} without a GPU`,
    },
  ])
}

function cells({ count, p50, p95, max }: Times, work: number): string {
  const cell = (ms: number): string => ms.toFixed(1).padStart(7)
  return `${String(count).padStart(8)}${cell(p50)}${cell(p95)}${cell(max)}${cell(work / count).padStart(12)}`
}

function largeRun(): Parameters<typeof reportPage>[0] {
  const others = Array.from({ length: TESTS - 1 }, (_, at) =>
    testOf(`test ${at}`, [recordingOf(crashLoop(3))], { file: `test/file-${at % 40}.test.ts` }),
  )
  return runOf(testOf('busy', [recordingOf(busyDay(EVENTS))]), ...others)
}

function kilobytes(...sizes: readonly number[]): string {
  return `${(sizes.reduce((sum, size) => sum + size, 0) / 1000).toFixed(1)} kB`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
