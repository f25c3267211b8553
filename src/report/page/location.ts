import { useEffect, useRef, useState } from 'preact/hooks'

import { type Address, formatAddress, parseAddress } from './address.ts'

/** Browsers refuse, with a message, what changes the address hundreds of times within seconds: a key that is held down does. */
const SETTLED_MS = 150
/** Steps of a walk that follow each other more quickly are one for the browser's back button. */
const HURRIED_MS = 300

/**
 * A step that the back button takes back; one of a walk from test to test, as keys that are held down make it; or none.
 */
export type Step = 'go' | 'walk' | 'stay'

/** Where the page is, and a way to elsewhere. */
export function useAddress(): [Address, (to: Address, how: Step) => void] {
  const [address, setAddress] = useState(() => parseAddress(location.hash))
  const timer = useRef<number>(undefined)
  const lastWalk = useRef(-Infinity)
  useEffect(() => {
    const onPop = (): void => {
      clearTimeout(timer.current)
      setAddress(parseAddress(location.hash))
    }
    addEventListener('popstate', onPop)
    return () => removeEventListener('popstate', onPop)
  }, [])
  const goTo = (to: Address, how: Step): void => {
    setAddress(to)
    clearTimeout(timer.current)
    const isHurried = performance.now() - lastWalk.current <= HURRIED_MS
    if (how === 'walk') lastWalk.current = performance.now()
    const isStep = how === 'go' || (how === 'walk' && !isHurried)
    const settle = (): void => history.replaceState(null, '', formatAddress(to))
    if (isStep) history.pushState(null, '', formatAddress(to))
    else timer.current = setTimeout(settle, SETTLED_MS) as unknown as number
  }
  return [address, goTo]
}
