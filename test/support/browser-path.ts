import path from 'node:path'

import { isExecutable } from '../../src/process/launch.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const PLACES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

/** The Chromium or Chrome of this machine: `CHROMIUM_PATH`, or what is in `PATH`. */
export const browserPath = [
  process.env['CHROMIUM_PATH'],
  ...(process.env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap((folder) => NAMES.map((name) => path.join(folder, name))),
  ...PLACES,
].find((file) => file !== undefined && isExecutable(file))

/** Why there is no browser here; undefined where there is one. */
export const noBrowser: string | undefined =
  browserPath === undefined ? 'needs a Chromium: none is in PATH, and CHROMIUM_PATH is not set' : undefined
