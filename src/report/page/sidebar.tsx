import type { JSX, RefObject } from 'preact'

import type { ReportedTest } from '../report-data.ts'
import type { Filter, Report } from './report.ts'
import { TestList } from './test-list.tsx'

interface SidebarProperties {
  readonly report: Report
  readonly tests: readonly ReportedTest[]
  readonly chosen: ReportedTest | undefined
  readonly choose: (test: ReportedTest) => void
  readonly query: string
  readonly setQuery: (query: string) => void
  readonly filter: Filter
  readonly setFilter: (filter: Filter) => void
  readonly search: RefObject<HTMLInputElement | null>
}

const FILTERS: readonly (readonly [filter: Filter, name: string])[] = [
  ['all', 'All'],
  ['failed', 'Failed'],
  ['passed', 'Passed'],
]

/** The tests, and which of them are listed. */
export function Sidebar(properties: SidebarProperties): JSX.Element {
  const { report, tests, query, setQuery, filter, setFilter, search } = properties
  const total = report.tests.length
  return (
    <nav class="sidebar" aria-label="Tests">
      <div class="search">
        <input
          ref={search}
          type="search"
          aria-label="Search tests, agents and events"
          placeholder="Search tests, agents, events   /"
          value={query}
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => setQuery(currentTarget.value)}
        />
        <div class="search-below">
          <div class="choice" role="radiogroup" aria-label="Filter">
            {FILTERS.map(([value, name]) => (
              <label key={value} class="choice-item">
                <input
                  type="radio"
                  name="filter"
                  checked={value === filter}
                  onChange={() => setFilter(value)}
                />
                <span>{name}</span>
              </label>
            ))}
          </div>
          <p class="matches" role="status">
            {tests.length === total
              ? `${total.toLocaleString('en-US')} ${total === 1 ? 'test' : 'tests'}`
              : `${tests.length.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`}
          </p>
        </div>
      </div>
      {tests.length === 0 ? (
        <p class="nothing">{total === 0 ? 'The run had no tests.' : 'No test matches.'}</p>
      ) : (
        <TestList tests={tests} chosen={properties.chosen} choose={properties.choose} />
      )}
    </nav>
  )
}
