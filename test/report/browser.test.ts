import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { noBrowser } from '../support/browser-path.ts'
import { startBrowser } from '../support/start-browser.ts'
import { chosenEvent, listed, openReport, title } from './opened.ts'
import { hostileRun, smallRun } from './runs.ts'

let browser: Browser

beforeAll(async () => {
  if (noBrowser === undefined) browser = await startBrowser()
})
afterAll(() => browser?.close())
beforeEach(({ skip }) => skip(noBrowser !== undefined, noBrowser))

test('says nothing to the console, asks for nothing, and takes no text for markup', async () => {
  const { page, complaints } = await openReport(browser, hostileRun)
  await page.keyboard.press('n')
  for (const key of ['n', 'n', 'n', 'a', 'm', '?']) await page.keyboard.press(key)
  expect(await page.locator('.facts-text').innerText()).toContain('<img src=x onerror=alert(2)>')
  expect(await page.locator('img, iframe, object').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('begins with the counts of the run and the first test that failed', async () => {
  const { page } = await openReport(browser, smallRun)
  expect((await page.locator('.counts').innerText()).split(/\s+/)).toEqual(
    '2 failed 1 passed 1 skipped 3 with timelines'.split(' '),
  )
  expect(await title(page)).toBe('gives up in time')
  expect(await page.locator('.errors').innerText()).toContain('AssertionError: expected 5 to be 3')
  // The last try is what became of the test.
  expect(await page.locator('[role=tab][aria-selected=true]').allInnerTexts()).toEqual([
    'Retry 1',
    'Its own timeline',
  ])
})

test('search finds tests by their names, agents and events, and counts them', async () => {
  const { page } = await openReport(browser, smallRun)
  const search = page.getByRole('searchbox')
  for (const [query, names] of [
    ['GIVES', ['gives up in time']],
    ['db#', []],
    ['client', ['asks again after 503', 'has no timeline']],
    ['other', ['gives up in time']],
    ['503 answer', ['asks again after 503']],
  ] as const) {
    await search.fill(query)
    await expect.poll(() => page.locator('.matches').innerText()).toBe(`${names.length} of 4`)
    expect(await listed(page)).toEqual(names)
  }
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('.matches').innerText()).toBe('4 tests')
})

test('the filter shows failed or passed tests alone', async () => {
  const { page } = await openReport(browser, smallRun)
  await page.getByRole('radio', { name: 'Failed' }).check()
  expect(await listed(page)).toEqual(['gives up in time', 'asks again after 503'])
  await page.getByRole('radio', { name: 'Passed' }).check()
  expect(await listed(page)).toEqual(['the database comes back'])
})

test('a walk by keys alone: search, tests, events, table, lanes, help', async () => {
  const { page, complaints } = await openReport(browser, smallRun)
  await page.keyboard.press('/')
  await page.keyboard.type('jn')
  expect(await page.getByRole('searchbox').inputValue()).toBe('jn')
  await page.keyboard.press('Escape')
  await page.keyboard.press('j')
  await expect.poll(() => title(page)).toBe('asks again after 503')
  await page.keyboard.press('k')
  await page.keyboard.press('k')
  await expect.poll(() => title(page)).toBe('the database comes back')
  for (const key of ['n', 'n', 'n', 'p']) await page.keyboard.press(key)
  await expect.poll(() => chosenEvent(page)).toBe('2')
  await page.getByRole('grid').focus()
  await page.keyboard.press('End')
  await expect.poll(() => chosenEvent(page)).toBe('10')
  await page.keyboard.press('ArrowUp')
  await expect.poll(() => page.locator('.facts-text').innerText()).toBe('exited with code 1')
  await page.getByRole('tree').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await expect.poll(() => title(page)).toBe('gives up in time')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => listed(page)).not.toContain('gives up in time')
  await page.keyboard.press('a')
  await expect.poll(() => page.getByRole('radio', { name: 'Virtual time' }).isChecked()).toBe(true)
  await page.keyboard.press('?')
  expect(await page.getByRole('dialog').isVisible()).toBe(true)
  await page.keyboard.press('Escape')
  expect(complaints).toEqual([])
})

test('an address leads to a try and an event, and the browser goes back and forward', async () => {
  const { page } = await openReport(browser, smallRun, { hash: '#test=gives+up+in+time&try=1&event=7' })
  expect(await page.locator('[role=tab][aria-selected=true]').innerText()).toBe('First try')
  expect(await chosenEvent(page)).toBe('7')
  await page.getByText('asks again after 503').click()
  await page.locator('.event-row', { hasText: 'the answer is there' }).click()
  await expect.poll(() => page.url()).toMatch(/#test=asks\+again\+after\+503&try=1&event=4$/)
  await page.goBack()
  await expect.poll(() => title(page)).toBe('gives up in time')
  expect(await chosenEvent(page)).toBe('7')
  await page.goForward()
  await expect.poll(() => chosenEvent(page)).toBe('4')
})

test('an address that names nothing shows what is shown without one', async () => {
  const { page, complaints } = await openReport(browser, smallRun, {
    hash: '#test=gone&try=x&event=-1&timeline=9',
  })
  expect(await title(page)).toBe('gives up in time')
  expect(complaints).toEqual([])
})

test('the text of the timeline can be copied', async () => {
  const { page } = await openReport(browser, smallRun, {
    hash: '#test=asks+again+after+503',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  await page.getByRole('button', { name: 'Copy as text' }).click()
  await expect.poll(() => page.locator('.said').innerText()).toBe('Copied')
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
    [
      '[       0 ms] client#1     spawned',
      '[       0 ms] client#1     GET https://api.example.com/user 503',
      '[    1000 ms] client#1     GET https://api.example.com/user 200',
      '[    1000 ms]              note: the answer is there',
      '[    1005 ms] client#1     exited with code 0',
    ].join('\n'),
  )
})

test('the theme is the system’s until another is chosen, which is remembered', async () => {
  const { page } = await openReport(browser, smallRun, { colorScheme: 'dark' })
  const ground = (): Promise<unknown> =>
    page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
  const dark = await ground()
  await page.getByRole('button', { name: 'Theme: system' }).click()
  const light = await ground()
  expect(light).not.toBe(dark)
  await page.reload()
  await page.getByRole('button', { name: 'Theme: light' }).click()
  expect(await ground()).toBe(dark)
})

test('where a file may store nothing a theme holds until the page is closed', async () => {
  const init = `Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden') } })`
  const { page, complaints } = await openReport(browser, smallRun, { init })
  await page.getByRole('button', { name: 'Theme: system' }).click()
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light')
  expect(complaints).toEqual([])
})
