import { mergeReports } from '../../explore/campaign/merge-reports.ts'
import { reportText } from '../../explore/campaign/report-text.ts'
import { readReport, type Report, writeReport } from '../../explore/campaign/report.ts'
import type { Context, ExitCode } from '../command.ts'
import type { ExploreCommandOptions } from './command.ts'

/** Merges the reports of all parts, prints and writes what they come to. */
export function mergeParts(
  files: readonly string[],
  options: Pick<ExploreCommandOptions, 'json' | 'report'>,
  context: Context,
): ExitCode {
  return tell(mergeReports(files.map(readReport), files), options, context)
}

/** Prints a report, and writes it where it is wanted. */
export function tell(
  report: Report,
  { json, report: file }: Pick<ExploreCommandOptions, 'json' | 'report'>,
  { streams }: Context,
): ExitCode {
  if (file !== undefined) writeReport(file, report)
  streams.out.write(`${json ? JSON.stringify(report, undefined, 2) : reportText(report)}\n`)
  return report.explorations.some(({ find }) => find) ? 1 : 0
}
