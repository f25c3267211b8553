import type { JSX } from 'preact'

import { StateIcon } from './icons.tsx'

interface TabsProperties {
  readonly label: string
  /** The `number` of one. */
  readonly chosen: number
  readonly choose: (number: number) => void
  readonly tabs: readonly {
    readonly number: number
    readonly text: string
    readonly state?: 'passed' | 'failed'
  }[]
}

/** One stop of the Tab key; arrows move, and choose. */
export function Tabs({ label, chosen, choose, tabs }: TabsProperties): JSX.Element {
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }): void => {
    const at = tabs.findIndex(({ number }) => number === chosen)
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key]
    const next = to === undefined ? undefined : tabs[to]
    if (!next || to === undefined) return
    event.preventDefault()
    choose(next.number)
    event.currentTarget.querySelectorAll('button')[to]?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map(({ number, text, state }) => (
        <button
          key={number}
          type="button"
          role="tab"
          aria-selected={number === chosen}
          tabIndex={number === chosen ? 0 : -1}
          onClick={() => choose(number)}
        >
          {state && <StateIcon state={state} />}
          {text}
        </button>
      ))}
    </div>
  )
}
