import type { Bar, Lane } from '../lanes.ts'
import type { Glyph } from './glyphs.ts'
import type { Palette } from './palette.ts'
import type { Scale } from './scale.ts'
import { firstFrom, type Scene } from './scene.ts'
import { ticksOf } from './ticks.ts'

/** In px. */
export const RULER = 26
export const ROW = 26
export const LEAST_BAR = 3
/** How far what lies at the axis' beginning may stand out of it. */
export const EDGE = 4
const BAR = 10
/** Marks of one lane and one look that lie closer than this are drawn once. */
const CLOSE = 1.5

/** Marks that lie closer than this to each other run into one. */
const CROWDED = 4

/** What is looked at. All in px. */
export interface View {
  readonly width: number
  readonly height: number
  /** Where the axis begins; names stand before it. */
  readonly gutter: number
  /** How far the lanes are scrolled. */
  readonly top: number
  readonly scale: Scale
  readonly chosen: number | undefined
  readonly hovered: number | undefined
}

/**
 * Draws the lanes that are seen, and of these the bars and marks that are seen. On a canvas, since 10,000 events as SVG are
 * 10,000 elements that every zoom lays out anew, and those that are seen at once may be all of them: here they are pixels, and
 * marks that would cover each other are drawn once. What a canvas cannot tell a screen reader the table of the events does.
 */
export function paint(context: CanvasRenderingContext2D, scene: Scene, view: View, palette: Palette): void {
  const { width, height, gutter, top } = view
  context.fillStyle = palette.ground
  context.fillRect(0, 0, width, height)
  context.font = FONT
  context.textBaseline = 'middle'
  const first = Math.max(0, Math.floor(top / ROW))
  const last = Math.min(scene.lanes.length - 1, Math.ceil((top + height - RULER) / ROW))
  const middleOf = (lane: number): number => RULER + lane * ROW - top + ROW / 2

  for (let lane = first; lane <= last; lane += 1) {
    if (lane % 2 === 1) {
      context.fillStyle = palette.stripe
      context.fillRect(0, middleOf(lane) - ROW / 2, width, ROW)
    }
  }
  paintRuler(context, scene, view, palette)
  context.save()
  context.beginPath()
  context.rect(gutter - EDGE, RULER, width - gutter + EDGE, height - RULER)
  context.clip()
  paintCursor(context, scene, view, palette)
  for (let at = first; at <= last; at += 1) {
    const lane = scene.lanes[at]
    if (lane) paintLane(context, scene, lane, middleOf(at), view, palette)
  }
  paintChosen(context, scene, view, palette, middleOf)
  context.restore()

  context.fillStyle = palette.line
  context.fillRect(gutter - EDGE - 1, 0, 1, height)
  context.fillRect(0, RULER - 1, width, 1)
  context.save()
  context.beginPath()
  context.rect(0, RULER, gutter - EDGE - 1, height - RULER)
  context.clip()
  context.fillStyle = palette.text
  for (let at = first; at <= last; at += 1) {
    context.fillText(shortened(context, scene.lanes[at]?.name ?? '', gutter - EDGE - 18), 10, middleOf(at))
  }
  context.restore()
}

const FONT = '12px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace'
const PATHS = new Map<Glyph, Path2D>()

function paintRuler(context: CanvasRenderingContext2D, scene: Scene, view: View, palette: Palette): void {
  const { width, height, gutter, scale } = view
  context.save()
  context.beginPath()
  context.rect(gutter - EDGE, 0, width - gutter + EDGE, height)
  context.clip()
  for (const { position, label } of ticksOf(scene, scale, width - gutter)) {
    const x = Math.round(scale(position))
    context.fillStyle = palette.line
    context.fillRect(x, RULER - 6, 1, height)
    context.fillStyle = palette.dim
    if (x + 4 + context.measureText(label).width < width) context.fillText(label, x + 4, RULER / 2 - 1)
  }
  context.restore()
}

function paintLane(
  context: CanvasRenderingContext2D,
  scene: Scene,
  lane: Lane,
  middle: number,
  view: View,
  palette: Palette,
): void {
  const { positions, glyphs } = scene
  const { scale, gutter, width } = view
  let [drawnTo, drawnPhase] = [-Infinity, '']
  for (const bar of lane.bars) {
    const from = scale(positions[bar.from] ?? 0)
    const to = Math.max(from + LEAST_BAR, scale(positions[bar.to] ?? 0))
    if (to < gutter - EDGE || from > width) continue
    if (to < drawnTo + CLOSE && bar.phase === drawnPhase) continue
    ;[drawnTo, drawnPhase] = [to, bar.phase]
    paintBar(context, bar, Math.max(from, gutter - 2 * EDGE), Math.min(to, width + EDGE), middle, palette)
  }
  const drawn = new Map<Glyph, number>()
  const { events } = lane
  const first = firstFrom(positions, scale.invert(gutter - 8))
  const marks: { readonly glyph: Glyph; readonly x: number; readonly isAlone: boolean }[] = []
  for (let at = firstFrom(events, first), before = -Infinity; at < events.length; at += 1) {
    const index = events[at] ?? 0
    const x = scale(positions[index] ?? 0)
    if (x > width + 8) break
    const glyph = glyphs[index]
    if (!glyph || x - (drawn.get(glyph) ?? -Infinity) < CLOSE) continue
    drawn.set(glyph, x)
    marks.push({ glyph, x, isAlone: x - before > CROWDED })
    before = x
  }
  for (const layer of [0, 1, 2]) {
    for (const { glyph, x, isAlone } of marks) {
      if (glyph.layer === layer) paintGlyph(context, glyph, x, middle, palette, isAlone || layer === 2)
    }
  }
}

function paintBar(
  context: CanvasRenderingContext2D,
  bar: Bar,
  from: number,
  to: number,
  middle: number,
  palette: Palette,
): void {
  const top = middle - BAR / 2
  context.fillStyle = palette[bar.phase]
  if (bar.phase === 'backoff') {
    // A wait: nothing is there but the two ends and the line between them.
    context.fillRect(from, middle - 1, to - from, 2)
    context.fillRect(from, top + 2, 1.5, BAR - 4)
    context.fillRect(to - 1.5, top + 2, 1.5, BAR - 4)
    return
  }
  if (bar.phase === 'starting') {
    // Hollow, so that it is told from `ready` without colours.
    context.globalAlpha = 0.3
    context.fillRect(from, top, to - from, BAR)
    context.globalAlpha = 1
    context.strokeStyle = palette.starting
    context.lineWidth = 1.5
    context.strokeRect(from + 0.75, top + 0.75, Math.max(0.5, to - from - 1.5), BAR - 1.5)
  } else context.fillRect(from, top, to - from, BAR)
}

function paintGlyph(
  context: CanvasRenderingContext2D,
  glyph: Glyph,
  x: number,
  y: number,
  palette: Palette,
  isAlone = true,
): void {
  const path = PATHS.get(glyph) ?? new Path2D(glyph.shape)
  PATHS.set(glyph, path)
  context.save()
  context.translate(x, y)
  const colour = palette.looks[glyph.look]
  if (isAlone) {
    // What it lies on does not run into it.
    context.strokeStyle = palette.ground
    context.lineWidth = glyph.hollow ? 4 : 2.5
    context.stroke(path)
  }
  context.fillStyle = glyph.hollow ? palette.ground : colour
  context.fill(path)
  if (glyph.hollow) {
    context.strokeStyle = colour
    context.lineWidth = 1.8
    context.stroke(path)
  }
  context.restore()
}

function paintCursor(context: CanvasRenderingContext2D, scene: Scene, view: View, palette: Palette): void {
  const position = view.chosen === undefined ? undefined : scene.positions[view.chosen]
  if (position === undefined) return
  context.fillStyle = palette.accent
  context.fillRect(Math.round(view.scale(position)), RULER, 1, view.height)
}

function paintChosen(
  context: CanvasRenderingContext2D,
  scene: Scene,
  view: View,
  palette: Palette,
  middleOf: (lane: number) => number,
): void {
  for (const index of new Set([view.hovered, view.chosen])) {
    if (index === undefined) continue
    const [x, y] = [view.scale(scene.positions[index] ?? 0), middleOf(scene.laneOf[index] ?? 0)]
    context.beginPath()
    context.arc(x, y, 9.5, 0, 2 * Math.PI)
    context.fillStyle = palette.ground
    context.fill()
    context.lineWidth = 2
    context.strokeStyle = index === view.chosen ? palette.accent : palette.dim
    context.stroke()
    const glyph = scene.glyphs[index]
    if (glyph) paintGlyph(context, glyph, x, y, palette)
  }
}

/** How wide the names are that stand before the axis, within reason. */
export function gutterOf(context: CanvasRenderingContext2D, scene: Scene, width: number): number {
  context.font = FONT
  const widest = Math.max(0, ...scene.lanes.map(({ name }) => context.measureText(name.slice(0, 60)).width))
  return Math.round(Math.min(widest + 20, Math.max(84, width * 0.22))) + EDGE
}

function shortened(context: CanvasRenderingContext2D, name: string, room: number): string {
  if (context.measureText(name).width <= room) return name
  // The end holds the attempt's number: the middle goes.
  for (let length = name.length - 1; length > 2; length -= 1) {
    const head = name.slice(0, Math.ceil(length / 2))
    const short = `${head}…${name.slice(name.length - Math.floor(length / 2))}`
    if (context.measureText(short).width <= room) return short
  }
  return '…'
}
