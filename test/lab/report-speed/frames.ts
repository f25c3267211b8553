import type { Page } from 'playwright-core'

/** What lay between frames, in ms. */
export interface Times {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly max: number
}

/** How often `act` is done, each time without waiting for the frame that shows it. */
const TIMES = 120

/** What lies between the frames of the page while `act` is done to it, again and again. */
export async function frameTimes(page: Page, act: () => Promise<unknown>): Promise<Times> {
  await page.evaluate(RECORD)
  for (let at = 0; at < TIMES; at += 1) {
    await act()
    await page.evaluate(NEXT_FRAME)
  }
  const times = (await page.evaluate('window.stopFrames()')) as number[]
  const sorted = times.sort((a, b) => a - b)
  const part = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { count: sorted.length, p50: part(0.5), p95: part(0.95), max: part(1) }
}

/** Tells how long the page has computed so far, in ms: scripts, styles, layout and painting. */
export async function workMeter(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0)
  }
}

// As texts: the tests' own types know no browser.
const NEXT_FRAME = 'new Promise((resolve) => requestAnimationFrame(resolve))'
const RECORD = `{
  const times = []
  let last, handle
  const frame = (now) => {
    if (last !== undefined) times.push(now - last)
    last = now
    handle = requestAnimationFrame(frame)
  }
  handle = requestAnimationFrame(frame)
  window.stopFrames = () => {
    cancelAnimationFrame(handle)
    return times
  }
}`
