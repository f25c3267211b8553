import type { KeptRecording } from './kept-recording.ts'

/** One attempt of a test by Vitest: its first, or a retry or repetition. */
export interface ReportedTry {
  /** From 1. */
  readonly number: number
  readonly failed: boolean
  /** One for each harness that it had, its own first. */
  readonly recordings: readonly KeptRecording[]
}

/** A test with what is known of its timelines. */
export interface ReportedTest {
  /** Names its place: unique in a report. */
  readonly id: string
  /** Empty unless the run has several. */
  readonly project: string
  /** Relative to the project's root, with `/`. */
  readonly file: string
  /** Of its groups, from the outermost, and its own. */
  readonly names: readonly string[]
  readonly state: 'passed' | 'failed' | 'skipped'
  /** In ms of real time; undefined where Vitest does not say. */
  readonly duration: number | undefined
  /** The messages of its errors, as Vitest shows them, without colours. */
  readonly errors: readonly string[]
  readonly tries: readonly ReportedTry[]
}

/** What the page of a run is made from. JSON; the same for the same outcome, but for `duration` and real times. */
export interface ReportData {
  readonly version: 1
  readonly tests: readonly ReportedTest[]
}
