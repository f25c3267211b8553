import { useEffect, useRef } from 'preact/hooks'

/** Has keys do what they say, wherever the focus is; while something is typed only Escape. */
export function useKeys(actions: Readonly<Record<string, () => void>>): void {
  const current = useRef(actions)
  current.current = actions
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || hasModifier(event)) return
      if (document.querySelector('dialog[open]')) return
      if (event.key !== 'Escape' && isTyping(event.target)) return
      const action = current.current[event.key]
      if (!action) return
      // Else the key that leads to the search is typed into it.
      if (event.key !== 'Escape') event.preventDefault()
      action()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

/** Whether a key is one of the browser's or the system's. */
export function hasModifier({ altKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return altKey || ctrlKey || metaKey
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === 'search'
}
