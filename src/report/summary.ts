import { counted } from '../counted.ts'
import { attemptRecords } from '../timeline/attempt-records.ts'
import { durationText } from './duration.ts'
import type { KeptRecording } from './kept-recording.ts'

/** What these recordings have in them, in one line: `5 attempts of agent, 25 events, 15 s of virtual time`. */
export function summaryOf(recordings: readonly KeptRecording[]): string {
  const lines = recordings.map(lineOf)
  return lines.length > 1 ? lines.map((line, index) => `${index + 1}: ${line}`).join('; ') : (lines[0] ?? '')
}

function lineOf(recording: KeptRecording): string {
  const { events, cut } = recording
  const parts = [
    attemptsOf(recording),
    counted(events.length + (cut?.count ?? 0), 'event'),
    timeOf(recording),
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function attemptsOf({ events, cut }: KeptRecording): string {
  const records = attemptRecords(events)
  const agents = [...new Set(records.map(({ agent }) => agent))]
  // Of one with events missing in its middle nobody has counted them.
  if (agents.length === 0 || cut) return ''
  const whose = agents.length > 3 ? `${agents.length} agents` : agents.join(' and ')
  return `${counted(records.length, 'attempt')} of ${whose}`
}

/** Of real time it is not said how much, which is another in each run. */
function timeOf({ events, end }: KeptRecording): string {
  const last = end.virtual ? end : events.findLast(({ virtual }) => virtual)
  return last ? `${durationText(last.time)} of virtual time` : ''
}
