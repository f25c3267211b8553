import { eventText } from '../../timeline/text.ts'
import type { ReportData, ReportedTest, ReportedTry } from '../report-data.ts'

export type Filter = 'all' | 'failed' | 'passed'

/** The data of the page, and what is asked of them. */
export class Report {
  readonly tests: readonly ReportedTest[]
  readonly counts: Readonly<Record<ReportedTest['state'] | 'timelines', number>>
  readonly #byId: ReadonlyMap<string, ReportedTest>
  readonly #texts = new Map<ReportedTest, string>()

  constructor({ tests }: ReportData) {
    // By file: the list shows each file once.
    const files = [...new Set(tests.map(({ project, file }) => `${project}\0${file}`))]
    const order = new Map(files.map((file, at) => [file, at]))
    const place = (test: ReportedTest): number => order.get(`${test.project}\0${test.file}`) ?? 0
    this.tests = tests.toSorted((a, b) => place(a) - place(b))
    this.#byId = new Map(tests.map((test) => [test.id, test]))
    const having = (state: ReportedTest['state']): number =>
      tests.filter((test) => test.state === state).length
    this.counts = {
      passed: having('passed'),
      failed: having('failed'),
      skipped: having('skipped'),
      timelines: tests.filter(hasTimeline).length,
    }
  }

  test(id: string | undefined): ReportedTest | undefined {
    return id === undefined ? undefined : this.#byId.get(id)
  }

  /** What is shown before anything is chosen: the first that failed, else the first with a timeline, else the first. */
  get first(): ReportedTest | undefined {
    return this.tests.find(({ state }) => state === 'failed') ?? this.tests.find(hasTimeline) ?? this.tests[0]
  }

  /** The tests that `filter` lets through and in whose names, agents or events every word of `query` occurs, in whatever case. */
  matching(query: string, filter: Filter): readonly ReportedTest[] {
    const words = wordsOf(query)
    return this.tests.filter(
      (test) =>
        (filter === 'all' || test.state === filter) && words.every((word) => this.#text(test).includes(word)),
    )
  }

  #text(test: ReportedTest): string {
    const known = this.#texts.get(test)
    if (known !== undefined) return known
    const events = test.tries.flatMap(({ recordings }) => recordings.flatMap(({ events }) => events))
    const said = events.map((event) => `${'agent' in event ? event.agent : ''} ${eventText(event)}`)
    const text = [test.project, test.file, ...test.names, ...new Set(said)].join('\n').toLowerCase()
    this.#texts.set(test, text)
    return text
  }
}

/** In lower case. */
export function wordsOf(query: string): readonly string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean)
}

/** The try with this number, else the last: what became of the test. */
export function tryOf(test: ReportedTest, number: number | undefined): ReportedTry | undefined {
  return test.tries.find((one) => one.number === number) ?? test.tries.at(-1)
}

function hasTimeline({ tries }: ReportedTest): boolean {
  return tries.some(({ recordings }) => recordings.length > 0)
}
