import { useEffect, useRef, useState } from 'preact/hooks'

import { type Address, formatAddress, parseAddress } from './address.ts'

/** Browsers refuse, with a message, what changes the address hundreds of times within seconds: a key that is held down does. */
const SETTLED_MS = 150
/** Steps that follow each other more quickly are one for the browser's back button. */
const HURRIED_MS = 300

/** Where the page is, and a way to elsewhere: `go` is a step that the browser's back button takes back, `stay` is none. */
export function useAddress(): [Address, (to: Address, how: 'go' | 'stay') => void] {
  const [address, setAddress] = useState(() => parseAddress(location.hash))
  const timer = useRef<number>(undefined)
  const lastStep = useRef(-Infinity)
  useEffect(() => {
    const onPop = (): void => {
      clearTimeout(timer.current)
      setAddress(parseAddress(location.hash))
    }
    addEventListener('popstate', onPop)
    return () => removeEventListener('popstate', onPop)
  }, [])
  const goTo = (to: Address, how: 'go' | 'stay'): void => {
    setAddress(to)
    clearTimeout(timer.current)
    const isStep = how === 'go' && performance.now() - lastStep.current > HURRIED_MS
    if (how === 'go') lastStep.current = performance.now()
    const settle = (): void => history.replaceState(null, '', formatAddress(to))
    if (isStep) history.pushState(null, '', formatAddress(to))
    else timer.current = setTimeout(settle, SETTLED_MS) as unknown as number
  }
  return [address, goTo]
}
