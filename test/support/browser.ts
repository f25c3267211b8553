import { accessSync, constants } from 'node:fs'
import path from 'node:path'

import { type Browser, chromium } from 'playwright-core'
import { onTestFinished } from 'vitest'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const PLACES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

/** The Chromium or Chrome of this machine: `CHROMIUM_PATH`, or what is in `PATH`. */
const executable = [
  process.env['CHROMIUM_PATH'],
  ...(process.env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap((folder) => NAMES.map((name) => path.join(folder, name))),
  ...PLACES,
].find((file) => file !== undefined && isExecutable(file))

/** Why tests in a browser are skipped here; undefined where they are not. */
export const noBrowser: string | undefined =
  executable === undefined ? 'needs a Chromium: none is in PATH, and CHROMIUM_PATH is not set' : undefined

/** A browser without a window, closed when the test that asks for it is over. */
export async function openBrowser(): Promise<Browser> {
  if (executable === undefined) throw new Error(`This test ${noBrowser}.`)
  const browser = await chromium.launch({
    executablePath: executable,
    // A container has neither the rights for a sandbox nor a large /dev/shm.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  onTestFinished(() => browser.close())
  return browser
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
