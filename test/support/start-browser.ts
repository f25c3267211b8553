import { type Browser, chromium } from 'playwright-core'

import { browserPath, noBrowser } from './browser-path.ts'

/** A browser without a window. Whoever starts it closes it. */
export async function startBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error(`This ${noBrowser}.`)
  return chromium.launch({
    executablePath: browserPath,
    // A container has neither the rights for a sandbox nor a large /dev/shm.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
}
