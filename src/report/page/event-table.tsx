import type { JSX } from 'preact'

import { agentText, eventText } from '../../timeline/text.ts'
import { exactText } from './exact-text.ts'
import { GlyphIcon } from './icons.tsx'
import { hasModifier } from './keys.ts'
import { Marked } from './marked.tsx'
import { rowAfter, Rows } from './rows.tsx'
import type { Scene } from './scene.ts'

interface EventTableProperties {
  readonly scene: Scene
  /** Index of an event. */
  readonly chosen: number | undefined
  readonly choose: (index: number) => void
  /** Words that are marked where they occur. */
  readonly words: readonly string[]
}

const ROW = 28

/** Every event of a timeline, in its order: what the lanes show, in words. */
export function EventTable({ scene, chosen, choose, words }: EventTableProperties): JSX.Element {
  const { events } = scene.recording
  const onKeyDown = (event: KeyboardEvent): void => {
    if (hasModifier(event)) return
    const next = rowAfter(event.key, chosen, events.length)
    if (next === undefined) return
    choose(next)
    event.preventDefault()
  }
  return (
    <div class={scene.recording.end.virtual ? 'event-table' : 'event-table is-real'}>
      <Rows
        role="grid"
        id="event"
        label="Events"
        count={events.length}
        height={ROW}
        current={chosen}
        of={scene.recording}
        onKeyDown={onKeyDown}
        head={HEAD}
      >
        {(index, style) => {
          const event = events[index]
          if (!event) return null
          const real = scene.real?.[index]
          return (
            <div
              key={index}
              id={`event-${index}`}
              class="event-row"
              role="row"
              aria-rowindex={index + 2}
              aria-selected={index === chosen}
              style={style}
              onClick={() => choose(index)}
            >
              <span class="seq" role="gridcell">
                {event.seq}
              </span>
              <span class="time" role="gridcell">
                {event.virtual ? exactText(event.time) : '–'}
              </span>
              <span class="real" role="gridcell">
                {real === undefined ? '–' : exactText(real)}
              </span>
              <span class="who" role="gridcell">
                <Marked text={agentText(event)} words={words} />
              </span>
              <span class="what" role="gridcell">
                <GlyphIcon glyph={scene.glyphs[index]} />
                <Marked text={eventText(event)} words={words} />
              </span>
            </div>
          )
        }}
      </Rows>
    </div>
  )
}

const HEAD = (
  <div class="event-row event-head" role="row" aria-rowindex={1}>
    <span class="seq" role="columnheader" aria-label="number">
      #
    </span>
    <span class="time" role="columnheader">
      time
    </span>
    <span class="real" role="columnheader">
      real time
    </span>
    <span class="who" role="columnheader">
      agent
    </span>
    <span class="what" role="columnheader">
      what happened
    </span>
  </div>
)
