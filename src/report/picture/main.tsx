import { renderToString } from 'preact-render-to-string'

import type { KeptRecording } from '../kept-recording.ts'
import type { PictureFacts } from '../picture.ts'
import { Picture } from './picture.tsx'

/** What `timelinePicture` of src/report/picture.ts loads, as one file with all that it needs. */
export function drawPicture(recordings: readonly KeptRecording[], facts: PictureFacts): string {
  const drawn = renderToString(Picture({ recordings, ...facts }))
  // HTML lets texts have that, XML does not.
  return `<?xml version="1.0" encoding="UTF-8"?>\n${drawn.replaceAll(']]>', ']]&gt;')}\n`
}
