import type { JSX } from 'preact'

import { agentText, eventText } from '../../timeline/text.ts'
import { durationText } from '../duration.ts'
import { exactText } from './exact-text.ts'
import { GlyphIcon } from './icons.tsx'
import { barText } from './find.ts'
import { barTime, type Scene } from './scene.ts'

interface EventFactsProperties {
  readonly scene: Scene
  readonly chosen: number | undefined
  readonly step: (direction: 1 | -1) => void
}

/** All that is known of the chosen event. */
export function EventFacts({ scene, chosen, step }: EventFactsProperties): JSX.Element {
  const { events } = scene.recording
  const event = chosen === undefined ? undefined : events[chosen]
  if (!event || chosen === undefined) {
    return (
      <section class="facts facts-none" aria-label="Event">
        <p>
          Choose an event in the lanes or in the table, or press <kbd>n</kbd>.
        </p>
      </section>
    )
  }
  const real = scene.real?.[chosen]
  const { seq, time, virtual, kind, ...rest } = event
  const proof = Object.entries(rest).filter(([key]) => key !== 'agent' && key !== 'attempt')
  const bar = scene.lanes[scene.laneOf[chosen] ?? 0]?.bars.find(({ from }) => from === chosen)
  const barMs = bar && (barTime(scene, bar, virtual ? 'virtual' : 'real') ?? barTime(scene, bar, 'virtual'))
  return (
    <section class="facts" aria-label="Event">
      <div class="facts-head">
        <h3>
          <GlyphIcon glyph={scene.glyphs[chosen]} /> {kind} <small>#{seq}</small>
        </h3>
        <button
          type="button"
          class="square"
          aria-label="Previous event"
          title="Previous event (p)"
          onClick={() => step(-1)}
        >
          ↑
        </button>
        <button
          type="button"
          class="square"
          aria-label="Next event"
          title="Next event (n)"
          onClick={() => step(1)}
        >
          ↓
        </button>
      </div>
      <p class="facts-text" aria-live="polite">
        {eventText(event)}
      </p>
      <dl>
        {agentText(event) !== '' && (
          <div>
            <dt>agent</dt>
            <dd>{agentText(event)}</dd>
          </div>
        )}
        <div>
          <dt>{virtual ? 'virtual time' : 'real time'}</dt>
          <dd>
            {exactText(time)}
            {time >= 60_000 && ` (${durationText(time)})`}
          </dd>
        </div>
        {virtual && real !== undefined && (
          <div>
            <dt>real time</dt>
            <dd>{exactText(real)}</dd>
          </div>
        )}
        {bar && (
          <div>
            <dt>begins</dt>
            <dd>{barText(bar, barMs)}</dd>
          </div>
        )}
      </dl>
      {proof.length > 0 && (
        <pre tabIndex={0} aria-label="Fields of the event">
          {JSON.stringify(Object.fromEntries(proof), undefined, 2)}
        </pre>
      )}
    </section>
  )
}
