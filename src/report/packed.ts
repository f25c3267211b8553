import { gunzipSync, gzipSync } from 'node:zlib'

import type { Recording } from '../timeline/recording.ts'
import { type KeptRecording, keptOf } from './kept-recording.ts'

/**
 * Recordings as one text: gzip of their JSON, in base64. It crosses to Vitest's main process and lies in its blob reports, so it
 * has to be small: some 20 bytes an event. Long recordings are cut: see {@link keptOf}.
 */
export function packRecordings(recordings: readonly Recording[]): string {
  return gzipSync(JSON.stringify(recordings.map(keptOf))).toString('base64')
}

/** What {@link packRecordings} has packed. Throws for any other text. */
export function unpackRecordings(packed: string): readonly KeptRecording[] {
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as KeptRecording[]
}
