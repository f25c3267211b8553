import type { ReportData } from './report-data.ts'

/** The page of a run as one HTML text. */
export function reportPage(data: ReportData): Promise<string> {
  return Promise.resolve(`<!doctype html><title>${data.tests.length} tests</title>\n`)
}
