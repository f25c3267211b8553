import type { JSX } from 'preact'
import { useLayoutEffect, useMemo, useState } from 'preact/hooks'

import type { ReportedTest } from '../report-data.ts'
import { durationText } from '../duration.ts'
import { grouped } from '../grouped.ts'
import { StateIcon } from './icons.tsx'
import { hasModifier } from './keys.ts'
import { rowAfter, Rows } from './rows.tsx'

interface TestListProperties {
  readonly tests: readonly ReportedTest[]
  readonly chosen: ReportedTest | undefined
  readonly choose: (test: ReportedTest) => void
}

type Row =
  | { readonly file: string; readonly label: string; readonly size: number; readonly failed: number }
  | { readonly test: ReportedTest; readonly place: number; readonly size: number }

const ROW = 44

/** The tests of the run under their files, which fold. */
export function TestList({ tests, chosen, choose }: TestListProperties): JSX.Element {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const [focused, setFocused] = useState<string | undefined>(undefined)
  const rows = useMemo(() => rowsOf(tests, folded), [tests, folded])
  const at = rows.findIndex((row) => keyOf(row) === (focused ?? chosen?.id))
  const current = at === -1 ? undefined : at

  // Before the next key is heard, which may move the focus on.
  useLayoutEffect(() => setFocused(undefined), [chosen])

  const fold = (file: string, isFolded: boolean): void => {
    const next = new Set(folded)
    if (isFolded) next.add(file)
    else next.delete(file)
    setFolded(next)
    setFocused(file)
  }
  const goTo = (row: Row | undefined): void => {
    if (!row) return
    setFocused('file' in row ? row.file : undefined)
    if ('test' in row) choose(row.test)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (hasModifier(event)) return
    const row = current === undefined ? undefined : rows[current]
    const next = rowAfter(event.key, current, rows.length)
    if (next !== undefined) goTo(rows[next])
    else if (row && 'file' in row && ['ArrowRight', 'ArrowLeft', 'Enter', ' '].includes(event.key)) {
      const isFolded = folded.has(row.file)
      fold(row.file, event.key === 'ArrowLeft' || (event.key !== 'ArrowRight' && !isFolded))
    } else if (row && 'test' in row && event.key === 'ArrowLeft') {
      goTo(rows.findLast((other, at) => 'file' in other && at < (current ?? 0)))
    } else if (row && 'test' in row && event.key === 'Enter') choose(row.test)
    else return
    event.preventDefault()
  }
  return (
    <Rows
      role="tree"
      id="test"
      label="Tests"
      count={rows.length}
      height={ROW}
      current={current}
      of={tests}
      onKeyDown={onKeyDown}
    >
      {(index, style) => {
        const row = rows[index]
        if (!row) return null
        const shared = {
          id: `test-${index}`,
          role: 'treeitem' as const,
          style,
          'data-current': index === current || undefined,
        }
        if ('file' in row) {
          const isFolded = folded.has(row.file)
          return (
            <div
              key={row.file}
              {...shared}
              class="file-row"
              aria-level={1}
              aria-expanded={!isFolded}
              title={row.label}
              onClick={() => fold(row.file, !isFolded)}
            >
              <span class="fold" aria-hidden="true" />
              <span class="file-name">{row.label}</span>
              {row.failed > 0 && <span class="file-failed">{row.failed} failed</span>}
              <span class="file-size">{row.size}</span>
            </div>
          )
        }
        const isChosen = row.test === chosen
        return (
          <TestRow key={row.test.id} {...row} shared={shared} isChosen={isChosen} choose={() => goTo(row)} />
        )
      }}
    </Rows>
  )
}

function TestRow({
  test,
  place,
  size,
  shared,
  isChosen,
  choose,
}: Extract<Row, { test: ReportedTest }> & {
  readonly shared: object
  readonly isChosen: boolean
  readonly choose: () => void
}): JSX.Element {
  const facts = [
    test.names.slice(0, -1).join(' › '),
    test.tries.length > 1 ? `${test.tries.length} tries` : '',
    test.duration === undefined ? '' : durationText(Math.round(test.duration)),
  ]
  return (
    <div
      {...shared}
      class="test-row"
      aria-level={2}
      aria-selected={isChosen}
      aria-posinset={place}
      aria-setsize={size}
      title={test.names.join(' › ')}
      onClick={choose}
    >
      <StateIcon state={test.state} />
      <span class="test-name">{test.names.at(-1)}</span>
      <span class="test-facts">{facts.filter(Boolean).join(' · ')}</span>
    </div>
  )
}

function rowsOf(tests: readonly ReportedTest[], folded: ReadonlySet<string>): readonly Row[] {
  return [...grouped(tests, fileOf)].flatMap(([file, of]): Row[] => {
    const failed = of.filter(({ state }) => state === 'failed').length
    const head = { file, label: file.trimStart(), size: of.length, failed }
    if (folded.has(file)) return [head]
    return [head, ...of.map((test, at) => ({ test, place: at + 1, size: of.length }))]
  })
}

/** No test has such an id. */
function fileOf({ project, file }: ReportedTest): string {
  return project === '' ? ` ${file}` : ` [${project}] ${file}`
}

function keyOf(row: Row): string {
  return 'file' in row ? row.file : row.test.id
}
