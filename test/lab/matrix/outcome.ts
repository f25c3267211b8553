import { readFileSync } from 'node:fs'
import path from 'node:path'

/** What came of the suite in one cell. */
export interface CellResult {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly seconds: number
  /** What failed: names, each with the beginning of its error. */
  readonly failures: readonly string[]
}

interface JsonReport {
  readonly testResults: readonly {
    readonly name: string
    readonly message?: string
    readonly status: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[] | null
    }[]
  }[]
}

/** What the report of a run tells; where there is none, the end of what it has printed. `problems` have failed, too. */
export function outcomeOf(
  project: string,
  report: string,
  log: string,
  problems: readonly string[],
): Omit<CellResult, 'seconds'> {
  let files: JsonReport['testResults']
  try {
    files = (JSON.parse(readFileSync(report, 'utf8')) as JsonReport).testResults
  } catch {
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: [...problems, readFileSync(log, 'utf8').slice(-4000)],
    }
  }
  const tests = files.flatMap((file) => file.assertionResults.map((test) => ({ ...test, file: file.name })))
  const count = (...states: string[]): number => tests.filter(({ status }) => states.includes(status)).length
  const broken = files.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const failures = [
    ...problems,
    ...broken.map(({ name, message }) => `${path.relative(project, name)}: ${firstLines(message)}`),
    ...tests
      .filter(({ status }) => status === 'failed')
      .map(({ file, fullName, failureMessages }) =>
        [`${path.relative(project, file)} > ${fullName}`, firstLines(failureMessages?.[0])].join('\n    '),
      ),
  ]
  return {
    passed: count('passed'),
    failed: count('failed') + broken.length + problems.length,
    skipped: count('skipped', 'pending', 'todo'),
    failures,
  }
}

function firstLines(text = ''): string {
  return text.split('\n').slice(0, 12).join('\n    ')
}
