import type { ComponentChildren, CSSProperties, JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** Rows beyond those that are seen, on either side: what a quick scroll shows before the next frame. */
const BEYOND = 12

interface RowsProperties {
  readonly role: 'tree' | 'grid'
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly count: number
  /** In px, of each. */
  readonly height: number
  /** Brought into sight whenever it becomes another one. */
  readonly current: number | undefined
  /** Changes with what the rows show: then they are shown from their beginning, or from the current one. */
  readonly of: unknown
  readonly label: string
  readonly id: string
  /** Above the rows; it does not scroll. */
  readonly head?: ComponentChildren
  readonly children: (index: number, style: CSSProperties) => ComponentChildren
}

/** A list of which only the rows that are seen are in the document, however long it is. One stop of the Tab key; arrows move within. */
export function Rows(properties: RowsProperties): JSX.Element {
  const { role, count, height, current, of, label, id, head, children, onKeyDown } = properties
  const scroller = useRef<HTMLDivElement>(null)
  const [[first, last], setSeen] = useState<readonly [number, number]>([0, 40])

  const look = (): void => {
    const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {}
    // In steps: not every px of a scroll is a new list.
    const from = Math.max(0, Math.floor(scrollTop / height / 4) * 4 - BEYOND)
    const to = Math.ceil((scrollTop + clientHeight) / height / 4) * 4 + BEYOND
    setSeen((seen) => (seen[0] === from && seen[1] === to ? seen : [from, to]))
  }
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const observer = new ResizeObserver(look)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  useLayoutEffect(() => {
    const element = scroller.current
    if (element && current === undefined) element.scrollTop = 0
    look()
  }, [of])
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element || current === undefined) return
    const top = current * height
    const { scrollTop, clientHeight } = element
    if (top < scrollTop) element.scrollTop = Math.max(0, top - height)
    else if (top + height > scrollTop + clientHeight) element.scrollTop = top + 2 * height - clientHeight
    look()
  }, [current, of, count])

  const shown = Math.max(0, Math.min(count, last) - first)
  return (
    <div
      class="rows-frame"
      role={role}
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={current === undefined ? undefined : `${id}-${current}`}
      aria-rowcount={role === 'grid' ? count + 1 : undefined}
      onKeyDown={onKeyDown}
    >
      {head}
      <div
        class="rows"
        ref={scroller}
        // Browsers let Tab stop at what scrolls.
        tabIndex={-1}
        role={role === 'grid' ? 'rowgroup' : 'presentation'}
        onScroll={look}
      >
        <div class="rows-all" role="presentation" style={{ height: `${count * height}px` }}>
          {Array.from({ length: shown }, (_, at) =>
            children(first + at, {
              transform: `translateY(${(first + at) * height}px)`,
              height: `${height}px`,
            }),
          )}
        </div>
      </div>
    </div>
  )
}

/** Where a key of a list leads from `current`, of `count` rows; undefined for any other key. */
export function rowAfter(key: string, current: number | undefined, count: number): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: (current ?? -1) + 1,
    ArrowUp: (current ?? count) - 1,
    PageDown: (current ?? -1) + 10,
    PageUp: (current ?? count) - 10,
    Home: 0,
    End: count - 1,
  }
  const to = moves[key]
  return to === undefined || count === 0 ? undefined : Math.min(count - 1, Math.max(0, to))
}
