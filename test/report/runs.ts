import type { ReportData, ReportedTest, ReportedTry } from '../../src/report/report-data.ts'
import type { TimelineEntry } from '../../src/timeline/events.ts'
import type { Recording } from '../../src/timeline/recording.ts'
import { Timeline } from '../../src/timeline/timeline.ts'

/** What happened, so many ms after what happened before it. */
export type Moment = readonly [later: number, entry: TimelineEntry]

/** The recording of these, in virtual time; each takes 2.5 ms of real time. */
export function recordingOf(moments: readonly Moment[], { virtual = true } = {}): Recording {
  let [time, real] = [0, 1000]
  const timeline = new Timeline({ now: () => time, virtual: () => virtual, real: () => real })
  for (const [later, entry] of moments) {
    time += later
    real += virtual ? 2.5 : later
    timeline.record(entry)
  }
  return timeline.recording()
}

/** An agent that crashes `attempts` times, 1 s apart and then twice as long each time, up to a minute. */
export function crashLoop(attempts: number, agent = 'web'): Moment[] {
  return Array.from({ length: attempts }, (_, at): Moment[] => {
    const attempt = at + 1
    const delay = Math.min(60_000, 1000 * 2 ** at)
    const isLast = attempt === attempts
    return [
      [at === 0 ? 0 : Math.min(60_000, 1000 * 2 ** (at - 1)), { kind: 'spawn', agent, attempt }],
      [0, { kind: 'ready', agent, attempt }],
      [0, { kind: 'fault', agent, attempt, fault: 'exit', proof: { code: 1 } }],
      [0, { kind: 'exit', agent, attempt, exitCode: 1, signal: null }],
      isLast ? [0, { kind: 'gave-up', agent, attempt }] : [0, { kind: 'backoff', agent, attempt, delay }],
    ]
  }).flat()
}

/** `count` events of four agents, which ask for things, and are restarted now and then. */
export function busyDay(count: number): Moment[] {
  const agents = ['api', 'mailer', 'worker-a', 'worker-b']
  const life = Math.ceil(count / agents.length / 6)
  return Array.from({ length: count }, (_, at): Moment => {
    const agent = agents[at % agents.length] ?? ''
    const own = Math.floor(at / agents.length)
    const attempt = 1 + Math.floor(own / life)
    const age = own % life
    if (age === 0) return [1000, { kind: 'spawn', agent, attempt }]
    if (age === 1) return [40, { kind: 'ready', agent, attempt }]
    if (age === life - 3) return [3, { kind: 'fault', agent, attempt, fault: 'exit', proof: { code: 1 } }]
    if (age === life - 2) return [0, { kind: 'exit', agent, attempt, exitCode: 1, signal: null }]
    if (age === life - 1) return [0, { kind: 'backoff', agent, attempt, delay: 1000 }]
    if (at % 97 === 0) return [500, { kind: 'note', text: `round ${at}` }]
    if (at % 31 === 0) return [0, { kind: 'cue', agent, attempt, name: `cue-${at}` }]
    const url = `https://api.example.com/items/${at}`
    const status = at % 13 === 0 ? 503 : 200
    return [17, { kind: 'request', agent, attempt, method: 'GET', url, outcome: 'answered', status }]
  })
}

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
