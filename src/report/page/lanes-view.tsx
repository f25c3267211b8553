import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

import { durationText } from '../duration.ts'
import { agentText, eventText } from '../../timeline/text.ts'
import { barText } from './find.ts'
import { hasModifier, useKeys } from './keys.ts'
import { ROW, RULER } from './painter.ts'
import { type AxisKind, barTime, type Scene } from './scene.ts'
import { type Hover, Stage } from './stage.ts'

interface LanesViewProperties {
  readonly scene: Scene
  readonly axes: readonly AxisKind[]
  readonly setAxis: (axis: AxisKind) => void
  /** Whether attempts of an agent share a lane. */
  readonly isMerged: boolean
  readonly setMerged: (isMerged: boolean) => void
  readonly chosen: number | undefined
  readonly choose: (index: number) => void
  readonly copy: () => void
}

const AXIS_NAMES: Readonly<Record<AxisKind, string>> = {
  order: 'In order',
  virtual: 'Virtual time',
  real: 'Real time',
}

/** The lanes of a timeline, with what changes their look. */
export function LanesView(properties: LanesViewProperties): JSX.Element {
  const { scene, axes, setAxis, isMerged, setMerged, chosen, choose, copy } = properties
  const canvas = useRef<HTMLCanvasElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const stage = useRef<Stage>(undefined)
  const listeners = useRef({ choose })
  listeners.current = { choose }
  const [hover, setHover] = useState<Hover | undefined>(undefined)

  useEffect(() => {
    if (!canvas.current || !scroller.current) return
    const made = new Stage(canvas.current, scroller.current, {
      choose: (index) => listeners.current.choose(index),
      hover: setHover,
    })
    stage.current = made
    return () => made.close()
  }, [])
  useEffect(() => stage.current?.show(scene, chosen), [scene, chosen])

  const zoomIn = (): void => stage.current?.camera.zoomBy(1)
  const zoomOut = (): void => stage.current?.camera.zoomBy(-1)
  const showAll = (): void => stage.current?.camera.reset()
  useKeys({ '+': zoomIn, '=': zoomIn, '-': zoomOut, '0': showAll })
  const onKeyDown = (event: KeyboardEvent): void => {
    if (hasModifier(event)) return
    if (event.key === 'ArrowLeft') stage.current?.camera.panBy(-1)
    else if (event.key === 'ArrowRight') stage.current?.camera.panBy(1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const { lanes, recording } = scene
  return (
    <section class="lanes" aria-label="Lanes">
      <div class="toolbar">
        <div class="choice" role="radiogroup" aria-label="Axis">
          {axes.map((axis) => (
            <label key={axis} class="choice-item">
              <input type="radio" name="axis" checked={axis === scene.axis} onChange={() => setAxis(axis)} />
              <span>{AXIS_NAMES[axis]}</span>
            </label>
          ))}
        </div>
        <div class="buttons">
          <button
            type="button"
            aria-pressed={isMerged}
            aria-label="Merge attempts"
            title="All attempts of an agent in one lane (m)"
            onClick={() => setMerged(!isMerged)}
          >
            Merge<span class="wide"> attempts</span>
          </button>
          <button type="button" class="square" aria-label="Zoom out" title="Zoom out (−)" onClick={zoomOut}>
            −
          </button>
          <button type="button" class="square" aria-label="Zoom in" title="Zoom in (+)" onClick={zoomIn}>
            +
          </button>
          <button type="button" title="Show all of it (0)" onClick={showAll}>
            Fit
          </button>
          <button type="button" aria-label="Copy as text" title="The text of the timeline (c)" onClick={copy}>
            Copy<span class="wide"> as text</span>
          </button>
        </div>
      </div>
      <div class="lanes-frame">
        <div
          class="lanes-scroller"
          ref={scroller}
          tabIndex={0}
          role="group"
          aria-label={`${lanes.length} ${lanes.length === 1 ? 'lane' : 'lanes'} with ${recording.events.length} events, ${AXIS_NAMES[scene.axis]}. The table below has them in words.`}
          aria-roledescription="timeline"
          onKeyDown={onKeyDown}
        >
          <div style={{ height: `${RULER + lanes.length * ROW}px` }}>
            <canvas ref={canvas} aria-hidden="true" />
          </div>
        </div>
        {hover && <Tip scene={scene} hover={hover} width={scroller.current?.clientWidth ?? 0} />}
      </div>
    </section>
  )
}

function Tip({
  scene,
  hover,
  width,
}: {
  readonly scene: Scene
  readonly hover: Hover
  readonly width: number
}): JSX.Element {
  const { found, x, y } = hover
  const index = 'event' in found ? found.event : found.bar.from
  const event = scene.recording.events[index]
  const style = {
    top: `${y + 14}px`,
    ...(x > width / 2 ? { right: `${width - x + 8}px` } : { left: `${x + 8}px` }),
  }
  if (!event) return <></>
  const real = 'bar' in found ? barTime(scene, found.bar, 'real') : scene.real?.[index]
  const virtual = 'bar' in found ? barTime(scene, found.bar, 'virtual') : event.time
  const times = [
    event.virtual && virtual !== undefined ? `${durationText(virtual)} virtual` : '',
    real === undefined ? '' : `${durationText(real)} real`,
  ]
  return (
    <div class="tip" style={style} aria-hidden="true">
      <b>{'bar' in found ? barText(found.bar, undefined) : eventText(event)}</b>
      <span>{[agentText(event), ...times].filter(Boolean).join(' · ')}</span>
    </div>
  )
}
