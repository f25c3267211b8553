import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'

import { timelineText } from '../../timeline/text.ts'
import type { ReportedTest } from '../report-data.ts'
import { type Address, NOWHERE } from './address.ts'
import { copyText } from './copy.ts'
import { Detail } from './detail.tsx'
import { Head } from './head.tsx'
import { Help } from './help.tsx'
import { useKeys } from './keys.ts'
import { useAddress } from './location.ts'
import { type Filter, type Report, tryOf, wordsOf } from './report.ts'
import { axesOf, type AxisKind } from './scene.ts'
import { Sidebar } from './sidebar.tsx'

/** The page: tests on the left, the chosen one on the right; on a narrow screen one of the two. */
export function App({ report }: { readonly report: Report }): JSX.Element {
  const [address, goTo] = useAddress()
  const [query, setQuery] = useState('')
  const [filter, setFilter] = useState<Filter>('all')
  const [axis, setAxis] = useState<AxisKind>('order')
  const [isMerged, setMerged] = useState(false)
  const [said, setSaid] = useState('')
  const search = useRef<HTMLInputElement>(null)
  const dialog = useRef<HTMLDialogElement>(null)

  const tests = useMemo(() => report.matching(query, filter), [report, query, filter])
  const words = useMemo(() => wordsOf(query), [query])
  const test = report.test(address.test) ?? report.first
  const one = test && tryOf(test, address.attempt)
  const recording = one?.recordings[address.timeline - 1]
  const at = recording?.events.findIndex(({ seq }) => seq === address.event) ?? -1
  const event = at === -1 ? undefined : at

  const here = (change: Partial<Address>): Address => ({ ...NOWHERE, test: test?.id, ...change })
  const choose = (next: ReportedTest): void => {
    const how = address.test === undefined ? 'go' : 'walk'
    goTo(here({ test: next.id }), next.id === address.test ? 'stay' : how)
  }
  const chooseEvent = (index: number): void =>
    goTo(
      here({ attempt: one?.number, timeline: address.timeline, event: recording?.events[index]?.seq }),
      address.test === undefined ? 'go' : 'stay',
    )
  const step = (direction: 1 | -1): void => {
    if (!recording || recording.events.length === 0) return
    const from = event ?? (direction === 1 ? -1 : recording.events.length)
    chooseEvent(Math.min(recording.events.length - 1, Math.max(0, from + direction)))
  }
  const stepTest = (direction: 1 | -1): void => {
    const from = tests.findIndex((other) => other === test)
    const next = from === -1 ? tests[0] : tests[from + direction]
    if (next) choose(next)
  }
  const copy = async (): Promise<void> => {
    if (!recording) return
    setSaid('')
    setSaid(
      (await copyText(timelineText(recording.events))) ? 'Copied' : 'The browser does not let this page copy',
    )
  }
  const nextAxis = (): void => {
    const axes: readonly AxisKind[] = recording ? axesOf(recording) : ['order']
    setAxis(axes[(axes.indexOf(axis) + 1) % axes.length] ?? 'order')
  }
  useKeys({
    '/': () => search.current?.focus(),
    j: () => stepTest(1),
    k: () => stepTest(-1),
    n: () => step(1),
    p: () => step(-1),
    a: nextAxis,
    m: () => setMerged(!isMerged),
    c: () => void copy(),
    '?': () => dialog.current?.showModal(),
    Escape: () => {
      if (document.activeElement !== search.current) return
      setQuery('')
      search.current?.blur()
    },
  })
  const screen = address.test === undefined ? 'tests' : 'test'
  const shown = useRef(screen)
  useEffect(() => {
    const isOther = shown.current !== screen
    shown.current = screen
    // What had the focus is hidden now.
    if (!isOther || !matchMedia('(max-width: 760px)').matches) return
    document.querySelector<HTMLElement>(screen === 'test' ? '#detail-title' : '.sidebar .rows-frame')?.focus()
  }, [screen])
  useEffect(() => {
    document.title = test ? `${test.names.at(-1)} – timelines` : 'Timelines of a test run'
  }, [test])

  const chooser = useRef(choose)
  chooser.current = choose
  // The same until something in it changes: a step from event to event leaves it alone.
  const sidebar = useMemo(() => {
    const given = { report, tests, query, setQuery, filter, setFilter, search }
    return <Sidebar {...given} chosen={test} choose={(next) => chooser.current(next)} />
  }, [report, tests, query, filter, test])

  return (
    <div class="app" data-screen={screen}>
      <Head report={report} help={() => dialog.current?.showModal()} />
      {sidebar}
      <main>
        {test ? (
          <Detail
            {...{ test, event, axis, words, setAxis, isMerged, setMerged, step, chooseEvent }}
            attempt={one?.number ?? 1}
            timeline={address.timeline}
            chooseTry={(attempt) => goTo(here({ attempt }), 'stay')}
            chooseTimeline={(timeline) => goTo(here({ attempt: one?.number, timeline }), 'stay')}
            copy={() => void copy()}
            back={() => goTo(NOWHERE, 'go')}
          />
        ) : (
          <p class="nothing">The run had no tests.</p>
        )}
      </main>
      <Help dialog={dialog} />
      <p class="said" role="status" data-said={said || undefined} key={said}>
        {said}
      </p>
    </div>
  )
}
