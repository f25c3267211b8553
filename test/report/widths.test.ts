import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { noBrowser } from '../support/browser-path.ts'
import { startBrowser } from '../support/start-browser.ts'
import { faintTexts, unnamed } from './accessibility.ts'
import { openReport, title } from './opened.ts'
import { hostileRun, runOf, smallRun } from './runs.ts'

let browser: Browser

beforeAll(async () => {
  if (noBrowser === undefined) browser = await startBrowser()
})
afterAll(() => browser?.close())
beforeEach(({ skip }) => skip(noBrowser !== undefined, noBrowser))

const CONTROLS = ['Zoom in', 'Zoom out', 'Copy as text', 'Merge attempts', 'Theme: system', 'Keys'] as const

/** Px by which the page, or anything in it that does not scroll, is wider than the window. */
function overflow(page: Page): Promise<unknown> {
  return page.evaluate(`Math.max(document.documentElement.scrollWidth - innerWidth, ...[...document.querySelectorAll(
    'header, nav, main, section, button, h2, p, .event-row')].map((element) => element.getBoundingClientRect().right - innerWidth))`)
}

async function expectControls(page: Page): Promise<void> {
  const visible = CONTROLS.map(async (name) => {
    const control = page.getByRole('button', { name })
    await control.scrollIntoViewIfNeeded()
    return control.isVisible()
  })
  expect(await Promise.all(visible)).toEqual(CONTROLS.map(() => true))
}

test('at 1600 px list and test stand side by side', async () => {
  const { page } = await openReport(browser, smallRun, { viewport: { width: 1600, height: 900 } })
  expect(await page.getByRole('searchbox').isVisible()).toBe(true)
  expect(await page.getByRole('grid').isVisible()).toBe(true)
  await expectControls(page)
  expect(await overflow(page)).toBeLessThanOrEqual(0)
})

test('at 360 px list and test are two screens, and a button leads back', async () => {
  const { page, complaints } = await openReport(browser, smallRun, {
    viewport: { width: 360, height: 700 },
    hasTouch: true,
  })
  expect(await page.getByRole('grid').isVisible()).toBe(false)
  expect(await overflow(page)).toBeLessThanOrEqual(0)
  await page.getByText('asks again after 503').tap()
  expect(await page.getByRole('searchbox').isVisible()).toBe(false)
  expect(await title(page)).toBe('asks again after 503')
  await expectControls(page)
  await page.locator('.event-row', { hasText: 'the answer is there' }).tap()
  await expect.poll(() => page.locator('.facts-text').innerText()).toBe('note: the answer is there')
  expect(await overflow(page)).toBeLessThanOrEqual(0)
  await page.getByRole('button', { name: 'Tests' }).tap()
  expect(await page.getByRole('searchbox').isVisible()).toBe(true)
  await page.goBack()
  await expect.poll(() => title(page)).toBe('asks again after 503')
  expect(complaints).toEqual([])
})

test('at 360 px the keys of the help are no higher than their own line', async () => {
  const { page } = await openReport(browser, smallRun, { viewport: { width: 360, height: 700 } })
  await page.keyboard.press('?')
  const heights = await page.evaluate(
    `[...document.querySelectorAll('.help kbd')].map((element) => element.getBoundingClientRect().height)`,
  )
  expect(new Set(heights as number[]).size).toBe(1)
  expect(await overflow(page)).toBeLessThanOrEqual(0)
})

test('texts without a space in them widen nothing', async () => {
  for (const width of [360, 768]) {
    const { page } = await openReport(browser, hostileRun, {
      viewport: { width, height: 700 },
      hash: '#test=x&event=3',
    })
    expect(await overflow(page)).toBeLessThanOrEqual(0)
  }
})

test('everything that can be used has a name, and what names another thing names one that is there', async () => {
  const { page } = await openReport(browser, smallRun)
  await page.keyboard.press('n')
  await page.locator('.legend summary').click()
  expect(await unnamed(page)).toEqual([])
  await page.keyboard.press('?')
  expect(await unnamed(page)).toEqual([])
})

test.for(['light', 'dark'] as const)('texts stand out from what is behind them, %s', async (colorScheme) => {
  const { page } = await openReport(browser, smallRun, { colorScheme })
  await page.keyboard.press('n')
  await page.locator('.legend summary').click()
  await page.getByRole('searchbox').fill('restarts')
  expect(await faintTexts(page)).toEqual([])
})

test('the Tab key stops at each part once', async () => {
  const { page } = await openReport(browser, smallRun)
  const stops: unknown[] = []
  const focused = `document.activeElement.ariaLabel ?? (document.activeElement.labels?.[0] ?? document.activeElement).innerText`
  while (stops.length < 20 && stops.at(-1) !== 'Events') {
    await page.keyboard.press('Tab')
    stops.push(await page.evaluate(`${focused}.split('\\n')[0]`))
  }
  expect(stops).toMatchInlineSnapshot(`
    [
      "Theme: system",
      "Keys",
      "Search tests, agents and events",
      "All",
      "Tests",
      "AssertionError: expected 5 to be 3",
      "- 3",
      "Retry 1",
      "Its own timeline",
      "In order",
      "Merge attempts",
      "Zoom out",
      "Zoom in",
      "Fit",
      "Copy as text",
      "5 lanes with 25 events, In order. The table below has them in words.",
      "Legend",
      "Events",
    ]
  `)
})

test('a run without tests says so', async () => {
  const { page, complaints } = await openReport(browser, runOf())
  expect(await page.locator('main').innerText()).toBe('The run had no tests.')
  expect(complaints).toEqual([])
})
