import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { noBrowser } from '../support/browser-path.ts'
import { startBrowser } from '../support/start-browser.ts'
import { chosenEvent, listed, openReport } from './opened.ts'
import { busyDay, crashLoop, recordingOf } from './recordings.ts'
import { runOf, smallRun, testOf } from './runs.ts'

let browser: Browser

beforeAll(async () => {
  if (noBrowser === undefined) browser = await startBrowser()
})
afterAll(() => browser?.close())
beforeEach(({ skip }) => skip(noBrowser !== undefined, noBrowser))

const others = Array.from({ length: 1000 }, (_, at) => testOf(`test ${at}`, [recordingOf(crashLoop(2))]))
const largeRun = runOf(testOf('busy', [recordingOf(busyDay(10_000))]), ...others)

/** What is drawn at this moment, once a frame has shown it. */
function picture(page: Page): Promise<unknown> {
  return page.evaluate(`new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() =>
    resolve(document.querySelector('canvas').toDataURL()))))`)
}

/** Moves the pointer along a lane until it is over something, and tells what. */
async function hoverFirst(page: Page, from = 0, lane = 0): Promise<{ text: string; x: number; y: number }> {
  const box = await page.locator('canvas').boundingBox()
  if (!box) throw new Error('No lanes are shown.')
  const y = box.y + 26 + 26 * lane + 13
  for (let x = box.x + from; x < box.x + box.width; x += 5) {
    await page.mouse.move(x, y)
    if ((await page.locator('.tip').count()) > 0)
      return { text: await page.locator('.tip').innerText(), x, y }
  }
  throw new Error(`Nothing is in lane ${lane}.`)
}

test('ten thousand events and a thousand tests are a bounded number of elements', async () => {
  const { page, complaints } = await openReport(browser, largeRun, { hash: '#test=busy' })
  const elements = (): Promise<number> => page.locator('*').count()
  expect(await elements()).toBeLessThan(1000)
  await page.getByRole('grid').focus()
  await page.keyboard.press('End')
  await expect.poll(() => chosenEvent(page)).toBe('10000')
  await page.evaluate(`document.querySelector('.sidebar .rows').scrollTop = 1e6`)
  await expect.poll(() => listed(page)).toContain('test 999')
  expect(await elements()).toBeLessThan(1000)
  expect(complaints).toEqual([])
})

test('lanes zoom by wheel, buttons and keys, scroll, and show all again', async () => {
  const { page } = await openReport(browser, largeRun, { hash: '#test=busy' })
  const whole = await picture(page)
  await page.locator('canvas').hover()
  await page.mouse.wheel(0, 100)
  await expect.poll(() => page.evaluate(`document.querySelector('.lanes-scroller').scrollTop`)).toBe(100)
  expect(await picture(page)).not.toBe(whole)
  await page.mouse.wheel(0, -100)
  await expect.poll(() => picture(page)).toBe(whole)
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, -60)
  await page.keyboard.up('Control')
  await expect.poll(() => picture(page)).not.toBe(whole)
  await page.keyboard.press('0')
  await expect.poll(() => picture(page)).toBe(whole)
  await page.getByRole('button', { name: 'Zoom in' }).click()
  const zoomed = await picture(page)
  expect(zoomed).not.toBe(whole)
  await page.locator('.lanes-scroller').focus()
  await page.keyboard.press('ArrowRight')
  expect(await picture(page)).not.toBe(zoomed)
  await page.keyboard.press('0')
  await page.keyboard.press('+')
  await expect.poll(() => picture(page)).toBe(zoomed)
  // Wherever the focus is.
  await page.getByRole('grid').focus()
  await page.keyboard.press('-')
  await expect.poll(() => picture(page)).toBe(whole)
  await page.keyboard.press('=')
  await expect.poll(() => picture(page)).toBe(zoomed)
})

test('a drag moves what is seen, and chooses nothing', async () => {
  const { page } = await openReport(browser, smallRun)
  await page.keyboard.press('+')
  const { x, y } = await hoverFirst(page, 150, 2)
  await page.mouse.move(x, y + 200)
  const before = await picture(page)
  // The mark comes along, so the pointer is over it when the button is released.
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x - 40, y, { steps: 4 })
  await page.mouse.up()
  await page.mouse.move(x, y + 200)
  expect(await picture(page)).not.toBe(before)
  expect(await page.locator('.event-row[aria-selected=true]').count()).toBe(0)
})

test('the pointer shows what it is over, a click chooses it in the table too', async () => {
  const { page } = await openReport(browser, smallRun)
  const first = await hoverFirst(page)
  expect(first.text).toBe('spawned\nweb#1 · 0 ms virtual · 0 ms real')
  await page.mouse.click(first.x, first.y)
  await expect.poll(() => chosenEvent(page)).toBe('1')
  expect(await page.locator('.facts').innerText()).toContain('starting, 0 ms')
  const box = await page.locator('canvas').boundingBox()
  const backoff = await hoverFirst(page, 130 + (box?.width ?? 0) * 0.06)
  expect(backoff.text).toContain('backoff')
})

test('the axes show order, virtual time and real time; attempts of an agent share a lane on request', async () => {
  const { page } = await openReport(browser, smallRun)
  const pictures = new Set([await picture(page)])
  for (const axis of ['Virtual time', 'Real time']) {
    await page.getByRole('radio', { name: axis }).check()
    pictures.add(await picture(page))
  }
  expect(pictures.size).toBe(3)
  expect(await page.locator('.lanes-scroller').getAttribute('aria-label')).toMatch(
    /^5 lanes with 25 events, Real time/,
  )
  await page.getByRole('button', { name: 'Merge attempts' }).click()
  expect(await page.locator('.lanes-scroller').getAttribute('aria-label')).toMatch(/^1 lane with 25 events/)
})

test('a timeline in real time has no axis of virtual time', async () => {
  const run = runOf(testOf('real', [recordingOf(crashLoop(2), { virtual: false })]))
  const { page } = await openReport(browser, run)
  expect(await page.getByRole('radiogroup', { name: 'Axis' }).innerText()).toBe('In order\nReal time')
})

test('what is missing of a long timeline is said', async () => {
  const recording = { ...recordingOf(crashLoop(2)), cut: { count: 1234, from: 6 } }
  const { page } = await openReport(browser, runOf(testOf('cut', [recording])))
  expect(await page.locator('.cut').innerText()).toContain('1,234 events from #6 on are not kept')
})
