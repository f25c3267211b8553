import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'

import { durationText } from '../duration.ts'
import { KEPT_EVENTS, type KeptRecording } from '../kept-recording.ts'
import type { ReportedTest } from '../report-data.ts'
import { Errors } from './errors.tsx'
import { EventFacts } from './event-facts.tsx'
import { EventTable } from './event-table.tsx'
import { StateIcon } from './icons.tsx'
import { LanesView } from './lanes-view.tsx'
import { Legend } from './legend.tsx'
import { axesOf, type AxisKind, sceneOf } from './scene.ts'
import { Tabs } from './tabs.tsx'

interface DetailProperties {
  readonly test: ReportedTest
  /** Number of the try, and of its timeline, from 1. */
  readonly attempt: number
  readonly timeline: number
  /** Index of the chosen event. */
  readonly event: number | undefined
  readonly axis: AxisKind
  readonly words: readonly string[]
  readonly chooseTry: (attempt: number) => void
  readonly chooseTimeline: (timeline: number) => void
  readonly chooseEvent: (index: number) => void
  readonly step: (direction: 1 | -1) => void
  readonly setAxis: (axis: AxisKind) => void
  readonly isMerged: boolean
  readonly setMerged: (isMerged: boolean) => void
  readonly copy: () => void
  readonly back: () => void
}

/** A test: what became of it, and its timelines. */
export function Detail(properties: DetailProperties): JSX.Element {
  const { test, attempt, timeline, chooseTry, chooseTimeline, back } = properties
  const one = test.tries.find(({ number }) => number === attempt)
  const recording = one?.recordings[timeline - 1]
  return (
    <article class="detail" aria-labelledby="detail-title">
      <header class="detail-head">
        <button type="button" class="back" onClick={back}>
          ← Tests
        </button>
        <h2 id="detail-title" tabIndex={-1}>
          <StateIcon state={test.state} /> {test.names.at(-1)}
        </h2>
        <p class="detail-place">
          {[test.project === '' ? '' : `[${test.project}]`, test.file, ...test.names.slice(0, -1)]
            .filter(Boolean)
            .join(' › ')}
          {test.duration !== undefined && ` · ${durationText(Math.round(test.duration))}`}
        </p>
      </header>
      <Errors errors={test.errors} key={test.id} />
      {test.tries.length > 1 && (
        <Tabs
          label="Tries"
          chosen={attempt}
          choose={chooseTry}
          tabs={test.tries.map(({ number, failed }) => ({
            number,
            text: number === 1 ? 'First try' : `Retry ${number - 1}`,
            state: failed ? ('failed' as const) : ('passed' as const),
          }))}
        />
      )}
      {one && one.recordings.length > 1 && (
        <Tabs
          label="Timelines"
          chosen={timeline}
          choose={chooseTimeline}
          tabs={one.recordings.map((_, at) => ({
            number: at + 1,
            text: at === 0 ? 'Its own timeline' : `Harness ${at + 1}`,
          }))}
        />
      )}
      {recording && recording.events.length > 0 ? (
        <TimelineView {...properties} recording={recording} />
      ) : (
        <p class="nothing">
          {recording ? 'Nothing happened in this timeline.' : 'This test has no timeline.'}
        </p>
      )}
    </article>
  )
}

function TimelineView({
  recording,
  event,
  axis,
  words,
  chooseEvent,
  step,
  setAxis,
  isMerged,
  setMerged,
  copy,
}: DetailProperties & { readonly recording: KeptRecording }): JSX.Element {
  const axes = axesOf(recording)
  const shown = axes.includes(axis) ? axis : 'order'
  const scene = useMemo(() => sceneOf(recording, shown, isMerged), [recording, shown, isMerged])
  return (
    <>
      <LanesView
        {...{ scene, axes, setAxis, isMerged, setMerged, copy }}
        chosen={event}
        choose={chooseEvent}
      />
      <Legend scene={scene} />
      {recording.cut && (
        <p class="cut">
          {recording.cut.count.toLocaleString('en-US')} events from #{recording.cut.from} on are not kept: a
          report has the first and the last {KEPT_EVENTS.toLocaleString('en-US')}.
        </p>
      )}
      <div class="events">
        <EventTable scene={scene} chosen={event} choose={chooseEvent} words={words} />
        <EventFacts scene={scene} chosen={event} step={step} />
      </div>
    </>
  )
}
