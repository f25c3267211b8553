import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { packageRoot } from '../package-root.ts'
import type { KeptRecording } from './kept-recording.ts'

/** What a picture says of its test. */
export interface PictureFacts {
  /** The name of the test. */
  readonly title: string
  readonly failed: boolean
}

type Draw = (recordings: readonly KeptRecording[], facts: PictureFacts) => string

/**
 * The timelines of a test as an SVG document, one below the other: a row for each attempt of each agent. It stands alone: no script, no font
 * and nothing else from elsewhere; light and dark. The same recordings give the same bytes, and real times are in it only where time was
 * real. Of a long recording the first and the last events are shown, and it says so; it never has more than 300 kB.
 * Rejects with `ERR_MODULE_NOT_FOUND` where the package is not built.
 */
export async function timelinePicture(...[recordings, facts]: Parameters<Draw>): Promise<string> {
  const file = path.join(packageRoot(), 'dist', 'src', 'report', 'picture', 'main.js')
  const { drawPicture } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { drawPicture: Draw }
  return drawPicture(recordings, facts)
}
