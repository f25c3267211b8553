import path from 'node:path'
import { pathToFileURL } from 'node:url'

import type { BrowserContextOptions, Page } from 'playwright-core'

import { startBrowser } from '../../support/start-browser.ts'
import { LabProject } from '../project.ts'
import { repository } from '../repository.ts'
import { files } from './files.ts'

interface Shot {
  /** Below docs/images. */
  readonly name: string
  readonly options: BrowserContextOptions
  /** What the title of the test that it shows has in it. */
  readonly test: string
  readonly act?: (page: Page) => Promise<void>
}

const SHOTS: readonly Shot[] = [
  {
    name: 'report-light.png',
    options: { viewport: { width: 1280, height: 760 }, colorScheme: 'light' },
    test: 'gives up after four crashes',
    act: async (page) => {
      for (let step = 0; step < 8; step += 1) await page.keyboard.press('n')
      await page.locator('.legend summary').click()
    },
  },
  {
    name: 'report-dark.png',
    options: { viewport: { width: 1280, height: 760 }, colorScheme: 'dark' },
    test: 'asks again until it is answered',
    act: async (page) => {
      await page.keyboard.press('a')
      await page.getByRole('searchbox').fill('503')
      await page.locator('.event-row', { hasText: '503' }).first().click()
    },
  },
  {
    name: 'report-narrow.png',
    options: { viewport: { width: 360, height: 720 }, deviceScaleFactor: 1.5, colorScheme: 'light' },
    test: 'gives up after four crashes',
  },
]

await using project = new LabProject({
  files,
  modules: { msw: 'msw' },
})
const run = project.start('run', '--reporter=vitest-supervise/reporter')
await run.ended
const page = project.path('vitest-supervise-report', 'index.html')
if (project.read('vitest-supervise-report/index.html') === undefined) throw new Error(run.output)
const browser = await startBrowser()
try {
  for (const shot of SHOTS) await take(shot)
} finally {
  await browser.close()
}

async function take({ name, options, test, act }: Shot): Promise<void> {
  const shown = await browser.newPage(options)
  await shown.goto(pathToFileURL(page).href)
  await shown.locator('.test-row', { hasText: test }).click()
  await act?.(shown)
  await shown.locator('canvas').waitFor()
  // The frame in which the canvas is drawn.
  await shown.evaluate(
    'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
  )
  const file = path.join(repository, 'docs', 'images', name)
  await shown.screenshot({ path: file, animations: 'disabled' })
  await shown.close()
  process.stdout.write(`${path.relative(repository, file)}\n`)
}
