import { pathToFileURL } from 'node:url'

import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

import { reportPage } from '../../src/report/page.ts'
import type { ReportData } from '../../src/report/report-data.ts'
import { Scratch } from '../support/scratch.ts'

export interface Opened {
  readonly page: Page
  /** What the page has said to the console, what it has thrown, and what it has asked for besides its own file. */
  readonly complaints: readonly string[]
}

/** The page of this run, opened from a file as a user does, at `hash`. */
export async function openReport(
  browser: Browser,
  data: ReportData,
  { hash = '', init = '', ...options }: BrowserContextOptions & { hash?: string; init?: string } = {},
): Promise<Opened> {
  const file = new Scratch().write('index.html', await reportPage(data))
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 }, ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  const url = pathToFileURL(file).href
  page.on('console', (message) => complaints.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
      complaints.push(`request: ${request.url()}`)
  })
  if (init !== '') await page.addInitScript({ content: init })
  await page.goto(`${url}${hash}`)
  await page.locator('.app').waitFor()
  return { page, complaints }
}

/** The names of the tests that are listed. */
export async function listed(page: Page): Promise<readonly string[]> {
  return page.locator('.test-name').allTextContents()
}

/** The title of the test that is shown. */
export async function title(page: Page): Promise<string> {
  return (await page.locator('#detail-title').innerText()).trim()
}

/** The `seq` of the chosen event in the table. */
export function chosenEvent(page: Page): Promise<string> {
  return page.locator('.event-row[aria-selected="true"] .seq').innerText()
}
