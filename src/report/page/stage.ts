import { Camera } from './camera.ts'
import { find, type Found } from './find.ts'
import { gutterOf, paint, ROW, RULER, type View } from './painter.ts'
import { type Palette, paletteOf } from './palette.ts'
import type { Scene } from './scene.ts'
import { onLook } from './theme.ts'

/** What the pointer is over, and where that is in the picture. Px. */
export interface Hover {
  readonly found: Found
  readonly x: number
  readonly y: number
}

export interface StageListeners {
  /** An event or bar was clicked: index of the event, or of the one with which the bar begins. */
  choose(index: number): void
  /** The pointer is over something else than before, or over nothing. */
  hover(hover: Hover | undefined): void
}

/** The canvas with the lanes in it: when it is drawn, and what pointers do to it. */
export class Stage {
  readonly #canvas: HTMLCanvasElement
  readonly #scroller: HTMLElement
  readonly #listeners: StageListeners
  readonly #camera: Camera
  readonly #end = new AbortController()
  readonly #resized: ResizeObserver
  #palette: Palette | undefined
  #scene: Scene | undefined
  #gutter = 0
  #chosen: number | undefined
  #hovered: Found | undefined
  #frame: number | undefined

  constructor(canvas: HTMLCanvasElement, scroller: HTMLElement, listeners: StageListeners) {
    this.#canvas = canvas
    this.#scroller = scroller
    this.#listeners = listeners
    this.#camera = new Camera(canvas, scroller, () => this.#draw())
    this.#resized = new ResizeObserver(() => this.#resize())
    this.#resized.observe(scroller)
    const { signal } = this.#end
    signal.addEventListener(
      'abort',
      onLook(() => this.#repaint()),
    )
    scroller.addEventListener('scroll', () => this.#draw(), { signal, passive: true })
    canvas.addEventListener('pointermove', (event) => this.#point(event), { signal })
    canvas.addEventListener('pointerleave', () => this.#setHover(undefined, 0, 0), { signal })
    canvas.addEventListener('click', (event) => this.#click(event), { signal })
  }

  get camera(): Camera {
    return this.#camera
  }

  /** A scene that it has not shown is shown as a whole. An event that it has not shown as chosen is brought into sight. */
  show(scene: Scene, chosen: number | undefined): void {
    const isNew = scene !== this.#scene
    const moved = chosen !== this.#chosen || isNew
    ;[this.#scene, this.#chosen] = [scene, chosen]
    if (isNew) {
      this.#setHover(undefined, 0, 0)
      this.#resize()
      this.#camera.reset()
    }
    if (moved && chosen !== undefined) this.#reveal(scene, chosen)
    this.#draw()
  }

  close(): void {
    this.#end.abort()
    this.#resized.disconnect()
    this.#camera.close()
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
  }

  #reveal(scene: Scene, chosen: number): void {
    this.#camera.reveal(scene.positions[chosen] ?? 0)
    const top = (scene.laneOf[chosen] ?? 0) * ROW
    const room = this.#scroller.clientHeight - RULER
    const { scrollTop } = this.#scroller
    if (top < scrollTop) this.#scroller.scrollTop = top - ROW
    else if (top + ROW > scrollTop + room) this.#scroller.scrollTop = top + 2 * ROW - room
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#scroller
    const context = this.#canvas.getContext('2d', { alpha: false })
    if (!context || !this.#scene || width === 0) return
    const ratio = devicePixelRatio
    // Setting a size empties a canvas, even if it is the same.
    if (
      this.#canvas.width !== Math.round(width * ratio) ||
      this.#canvas.height !== Math.round(height * ratio)
    ) {
      this.#canvas.width = Math.round(width * ratio)
      this.#canvas.height = Math.round(height * ratio)
      this.#canvas.style.width = `${width}px`
      this.#canvas.style.height = `${height}px`
    }
    this.#gutter = gutterOf(context, this.#scene, width)
    this.#camera.frame(this.#scene.from, this.#scene.to, this.#gutter + 8, width - 16)
    this.#paint()
  }

  #repaint(): void {
    this.#palette = undefined
    this.#draw()
  }

  /** Once in the next frame, however often it is asked for until then. */
  #draw(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined
      this.#paint()
    })
  }

  #paint(): void {
    const context = this.#canvas.getContext('2d', { alpha: false })
    const view = this.#view()
    if (!context || !this.#scene || view.width === 0) return
    this.#palette ??= paletteOf(this.#canvas)
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    paint(context, this.#scene, view, this.#palette)
  }

  #view(): View {
    const { clientWidth: width, clientHeight: height, scrollTop: top } = this.#scroller
    const hovered = this.#hovered && 'event' in this.#hovered ? this.#hovered.event : undefined
    return {
      width,
      height,
      top,
      gutter: this.#gutter,
      scale: this.#camera.scale,
      chosen: this.#chosen,
      hovered,
    }
  }

  #find(event: MouseEvent): Found | undefined {
    return this.#scene && find(this.#scene, this.#view(), event.offsetX, event.offsetY)
  }

  #point(event: PointerEvent): void {
    // A drag shows nothing, and a finger chooses.
    if (event.buttons !== 0 || event.pointerType === 'touch') this.#setHover(undefined, 0, 0)
    else this.#setHover(this.#find(event), event.offsetX, event.offsetY)
  }

  #setHover(found: Found | undefined, x: number, y: number): void {
    if (isSame(found, this.#hovered)) return
    this.#hovered = found
    this.#canvas.style.cursor = found ? 'pointer' : ''
    this.#listeners.hover(found && { found, x, y })
    this.#draw()
  }

  #click(event: MouseEvent): void {
    const found = this.#find(event)
    if (found) this.#listeners.choose('event' in found ? found.event : found.bar.from)
  }
}

function isSame(a: Found | undefined, b: Found | undefined): boolean {
  if (!a || !b) return a === b
  return 'event' in a ? 'event' in b && a.event === b.event : 'bar' in b && a.bar === b.bar
}
