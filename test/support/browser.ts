import type { Browser } from 'playwright-core'
import { onTestFinished } from 'vitest'

import { startBrowser } from './start-browser.ts'

export { noBrowser } from './browser-path.ts'

/** A browser without a window, closed when the test that asks for it is over. */
export async function openBrowser(): Promise<Browser> {
  const browser = await startBrowser()
  onTestFinished(() => browser.close())
  return browser
}
