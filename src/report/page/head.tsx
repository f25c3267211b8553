import type { JSX } from 'preact'
import { useState } from 'preact/hooks'

import type { Report } from './report.ts'
import { StateIcon } from './icons.tsx'
import { chooseTheme, currentTheme, type Theme } from './theme.ts'

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' }
const SIGNS: Readonly<Record<Theme, string>> = { system: '◐', light: '☀', dark: '☾' }

/** What became of the run, and what concerns the whole page. */
export function Head({ report, help }: { readonly report: Report; readonly help: () => void }): JSX.Element {
  const [theme, setTheme] = useState(currentTheme)
  const next = (): void => {
    chooseTheme(NEXT[theme])
    setTheme(NEXT[theme])
  }
  const { failed, passed, skipped, timelines } = report.counts
  return (
    <header class="head">
      <h1>Timelines</h1>
      <p class="counts">
        <Count state="failed" count={failed} />
        <Count state="passed" count={passed} />
        <Count state="skipped" count={skipped} />
        <span class="count-timelines">
          <b>{timelines.toLocaleString('en-US')}</b> with timelines
        </span>
      </p>
      <button
        type="button"
        class="square"
        aria-label={`Theme: ${theme}`}
        title={`Theme: ${theme}`}
        onClick={next}
      >
        <span aria-hidden="true">{SIGNS[theme]}</span>
      </button>
      <button type="button" class="square" aria-label="Keys" title="Keys (?)" onClick={help}>
        <span aria-hidden="true">?</span>
      </button>
    </header>
  )
}

function Count({
  state,
  count,
}: {
  readonly state: 'failed' | 'passed' | 'skipped'
  readonly count: number
}): JSX.Element | null {
  if (count === 0) return null
  return (
    <span class={`count state-${state}`}>
      <StateIcon state={state} />
      <b>{count.toLocaleString('en-US')}</b>
      <span class="count-word" aria-hidden="true">
        {state}
      </span>
    </span>
  )
}
