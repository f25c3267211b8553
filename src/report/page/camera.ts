import { select } from 'd3-selection'
import { type D3ZoomEvent, zoom, type ZoomBehavior, zoomIdentity, type ZoomTransform } from 'd3-zoom'

import { linearScale, type Scale } from './scale.ts'

/** How far one can look into a scene: until a µs of a day is a px wide. */
const DEEPEST = 1e8

/** What a key or button moves by: a factor of scale, and a share of what is seen. */
const STEP = 1.6
const SHARE = 0.2

/**
 * Which part of the axis is seen. Wheel, pinch and drag change it, as d3-zoom has it; where there are more lanes than fit, the
 * wheel alone scrolls them, and zooms with Ctrl or on a pinch.
 */
export class Camera {
  readonly #element: HTMLElement
  readonly #zoom: ZoomBehavior<HTMLElement, unknown>
  #transform: ZoomTransform = zoomIdentity
  #from = 0
  #to = 1
  #left = 0
  #right = 1

  /** `scroller` scrolls the lanes up and down. `moved` is called whenever another part is seen. */
  constructor(element: HTMLElement, scroller: HTMLElement, moved: () => void) {
    this.#element = element
    let lastY = 0
    this.#zoom = zoom<HTMLElement, unknown>()
      // A click with an unsteady hand is one.
      .clickDistance(4)
      .filter((event: Event) => this.#begins(event, scroller))
      .on('start', ({ transform }: D3ZoomEvent<HTMLElement, unknown>) => (lastY = transform.y))
      .on('zoom', ({ transform, sourceEvent }: D3ZoomEvent<HTMLElement, unknown>) => {
        // A drag moves lanes up and down, too; a zoom is one of the axis alone.
        const dragged = transform.k === this.#transform.k && sourceEvent?.type !== 'wheel'
        if (dragged) scroller.scrollTop -= transform.y - lastY
        lastY = transform.y
        this.#transform = transform
        moved()
      })
    select(element).call(this.#zoom).on('dblclick.zoom', null)
  }

  /** What there is, and the px between which it is seen. All of it is shown if it is new. */
  frame(from: number, to: number, left: number, right: number): void {
    const isNew = from !== this.#from || to !== this.#to
    ;[this.#from, this.#to, this.#left, this.#right] = [from, to, left, Math.max(left + 1, right)]
    const height = 1e6
    this.#zoom
      .scaleExtent([1, DEEPEST])
      .extent([
        [this.#left, 0],
        [this.#right, height],
      ])
      // Upwards and downwards there is no end: that is the scroller's.
      .translateExtent([
        [this.#left, -Infinity],
        [this.#right, Infinity],
      ])
    if (isNew) this.reset()
  }

  get scale(): Scale {
    const [left, right] = [this.#left, this.#right]
    const px = [this.#transform.applyX(left), this.#transform.applyX(right)] as const
    return linearScale([this.#from, this.#to], px, [left, right])
  }

  /** In or out, about the middle of what is seen. */
  zoomBy(direction: 1 | -1): void {
    select(this.#element).call(this.#zoom.scaleBy, direction === 1 ? STEP : 1 / STEP)
  }

  /** To the right or left, by a share of what is seen. */
  panBy(direction: 1 | -1): void {
    const px = direction * SHARE * (this.#right - this.#left)
    select(this.#element).call(this.#zoom.translateBy, -px / this.#transform.k, 0)
  }

  reset(): void {
    select(this.#element).call(this.#zoom.transform, zoomIdentity)
  }

  /** Moves, if it is not seen, until it is. */
  reveal(position: number): void {
    const at = this.scale(position)
    if (at >= this.#left && at <= this.#right) return
    const middle = (this.#left + this.#right) / 2
    select(this.#element).call(this.#zoom.translateBy, (middle - at) / this.#transform.k, 0)
  }

  close(): void {
    select(this.#element).on('.zoom', null)
  }

  #begins(event: Event, scroller: HTMLElement): boolean {
    if (event instanceof WheelEvent) return this.#wheel(event, scroller)
    // One finger scrolls, as it does elsewhere, until there is something to drag.
    if ('touches' in event) return (event as TouchEvent).touches.length > 1 || this.#transform.k > 1
    return event instanceof MouseEvent && event.button === 0 && !event.ctrlKey
  }

  #wheel(event: WheelEvent, scroller: HTMLElement): boolean {
    if (event.ctrlKey || event.metaKey) return true
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey
    if (sideways) {
      event.preventDefault()
      const px = event.deltaX === 0 ? event.deltaY : event.deltaX
      select(this.#element).call(this.#zoom.translateBy, -px / this.#transform.k, 0)
      return false
    }
    return scroller.scrollHeight <= scroller.clientHeight
  }
}
