import type { ReportData, ReportedTest, ReportedTry } from '../../src/report/report-data.ts'
import type { TimelineEntry } from '../../src/timeline/events.ts'
import type { Recording } from '../../src/timeline/recording.ts'
import { crashLoop, recordingOf } from './recordings.ts'

/** A test with these recordings in its one try. */
export function testOf(
  id: string,
  recordings: readonly Recording[],
  more: Partial<ReportedTest> = {},
): ReportedTest {
  const { state = 'passed' } = more
  const tries: readonly ReportedTry[] = [{ number: 1, failed: state === 'failed', recordings }]
  return {
    id,
    project: '',
    file: 'test/supervisor.test.ts',
    names: [id],
    state,
    duration: 12,
    errors: [],
    tries,
    ...more,
  }
}

export function runOf(...tests: readonly ReportedTest[]): ReportData {
  return { version: 1, tests }
}

/** What would break out of its place, if a page took it for markup. */
const HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(2)><!--\u2028\u202E&lt;b&gt;'

/** Hostile texts wherever a text may be. */
export const hostileRun: ReportData = runOf(
  testOf(
    HOSTILE,
    [
      recordingOf([
        [0, { kind: 'spawn', agent: HOSTILE, attempt: 1 }],
        [0, { kind: 'cue', agent: HOSTILE, attempt: 1, name: HOSTILE }],
        [0, { kind: 'fault', agent: HOSTILE, attempt: 1, fault: HOSTILE, proof: { [HOSTILE]: HOSTILE } }],
        [0, { kind: 'note', text: HOSTILE }],
      ]),
    ],
    { file: HOSTILE, project: HOSTILE, errors: [`${HOSTILE}\n${HOSTILE}`], state: 'failed' },
  ),
)

/** A test with a retry, one that talks to a server, one that passed, and one that was skipped. */
export const smallRun: ReportData = runOf(
  testOf('the database comes back', [recordingOf(crashLoop(2, 'db'))], { file: 'test/db.test.ts' }),
  testOf('gives up in time', [], {
    names: ['restarts', 'gives up in time'],
    state: 'failed',
    errors: ['AssertionError: expected 5 to be 3\n\n- 3\n+ 5'],
    tries: [
      { number: 1, failed: true, recordings: [recordingOf(crashLoop(3))] },
      {
        number: 2,
        failed: true,
        recordings: [recordingOf(crashLoop(5)), recordingOf(crashLoop(2, 'other'))],
      },
    ],
  }),
  testOf(
    'asks again after 503',
    [
      recordingOf([
        [0, { kind: 'spawn', agent: 'client', attempt: 1 }],
        [0, request(503)],
        [1000, request(200)],
        [0, { kind: 'note', text: 'the answer is there' }],
        [5, { kind: 'exit', agent: 'client', attempt: 1, exitCode: 0, signal: null }],
      ]),
    ],
    { state: 'failed', errors: ['Error: too late'], file: 'test/client.test.ts' },
  ),
  testOf('has no timeline', [], {
    state: 'skipped',
    tries: [],
    duration: undefined,
    file: 'test/client.test.ts',
  }),
)

function request(status: number): TimelineEntry {
  const url = 'https://api.example.com/user'
  return { kind: 'request', agent: 'client', attempt: 1, method: 'GET', url, outcome: 'answered', status }
}
