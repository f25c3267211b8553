import { createEvidenceSource } from '../clock/evidence/index.ts'
import { SuperviseError } from '../errors.ts'
import type { Harness } from './harness.ts'
import { defined } from '../option-checks.ts'
import type { RemainsOptions, SupervisorCommand, SupervisorOptions } from '../options.ts'
import { fateText } from '../process/process-handle.ts'
import type { SupervisorHandle } from '../process/supervisor-handle.ts'
import { descendantsOf, identity, isUnderMark, processTable } from '../process/table/index.ts'
import { realDelay, realNow } from '../real-time.ts'
import { findRemains, type Remains } from '../reap/remains.ts'
import { checkRemainsOptions } from '../resolve-options.ts'

/** @internal The defaults. */
export const REMAINS_DEFAULTS = { by: ['eof', 'SIGTERM', 'SIGKILL'], within: 2000 } as const

const POLL_MS = 5
/** How long an agent may take to say that it is ready before it is taken for one that never says so. Real ms. */
const SAYS_READY_LIMIT = 2000
/** How long it may be at work after that. Real ms. */
const REST_LIMIT = 1000
/** The same where the system does not show who is at work. */
const BLIND_REST = 100

/**
 * Starts a supervisor once for each way to end it, ends it when it is up, and gives what it has left then, which is killed.
 * Rejects as `harness.supervise` does, with `ERR_OPTION_…`, and with `ERR_AGENT_EXITED` or `ERR_AGENT_READY_TIMEOUT` when it
 * does not come up.
 */
export async function remainsOf(
  harness: Harness,
  { file, args = [], env, inheritEnv, cwd }: SupervisorCommand,
  options: RemainsOptions = {},
): Promise<Remains[]> {
  checkRemainsOptions(options)
  const { by = REMAINS_DEFAULTS.by, within = REMAINS_DEFAULTS.within } = options
  const given = defined({ env, inheritEnv, cwd } as SupervisorOptions)
  const found: Remains[] = []
  for (const end of by) {
    const handle = await harness.supervise(file, args, given)
    try {
      await comesUp(harness, handle, [file, ...args, ...Object.values(env ?? {})], options)
      found.push(named(harness, await findRemains(handle, end, within)))
    } finally {
      handle.kill('SIGKILL')
      await handle.close()
    }
  }
  return found
}

function named(harness: Harness, remains: Remains): Remains {
  const agents = new Map(
    harness.commands?.attached.flatMap(({ hello, process }) =>
      process ? [[identity(process), hello.id]] : [],
    ),
  )
  const processes = remains.processes.map((info) => {
    const agent = agents.get(identity(info))
    return agent === undefined ? info : { ...info, agent }
  })
  return { ...remains, processes }
}

async function comesUp(
  harness: Harness,
  handle: SupervisorHandle,
  words: readonly string[],
  { ready, readyTimeout = harness.limits.ready }: RemainsOptions,
): Promise<void> {
  if (ready) {
    const over = new AbortController()
    const line =
      'stdout' in ready
        ? handle.stdout.line(ready.stdout, { signal: over.signal })
        : handle.stderr.line(ready.stderr, { signal: over.signal })
    return Promise.race([line, expire(readyTimeout, over.signal, handle, ready)])
      .then(() => {})
      .finally(() => over.abort())
  }
  const begun = realNow()
  const ours = harness.commands?.areNamedIn(words)
  for (const rest = new TreeRest(handle.pid); ; await realDelay(POLL_MS)) {
    const { pids, speaking } = look(harness, handle)
    const waited = realNow() - begun
    const started = pids.size > 0 && (!ours || speaking || waited > SAYS_READY_LIMIT)
    if (started && rest.isReached()) return
    harness.scope.throwIfClosed()
    if (handle.result) throw exitedEarly(handle)
    if (waited > readyTimeout) throw notUp(handle, readyTimeout, 'It has started no process')
  }
}

/** Waits for what has just been started to be noted by whoever has started it: then nobody in the tree is at work. */
class TreeRest {
  readonly #pid: number
  readonly #evidence = createEvidenceSource()
  #fingerprint: string | undefined
  #since: number | undefined

  constructor(pid: number) {
    this.#pid = pid
  }

  /** Asked again and again: whether nobody has run since it was asked before. One that always runs is not waited for. */
  isReached(): boolean {
    this.#since ??= realNow()
    const evidence = this.#evidence.look(this.#pid)
    const same = evidence !== undefined && evidence.fingerprint === this.#fingerprint
    this.#fingerprint = evidence?.fingerprint
    const limit = evidence ? REST_LIMIT : BLIND_REST
    return (same && evidence.rest !== 'running') || realNow() - this.#since > limit
  }
}

/** What it has started, and whether an agent among that has said that it is ready. */
function look(
  harness: Harness,
  { pid, mark }: SupervisorHandle,
): { pids: ReadonlySet<number>; speaking: boolean } {
  const table = processTable.younger()
  const tree = [...table.filter((info) => isUnderMark(info.mark, mark)), ...descendantsOf([pid], table)]
  const pids = new Set(tree.map((info) => info.pid).filter((each) => each !== pid))
  const speaking = (harness.commands?.attached ?? []).some(
    ({ hello, attempt }) =>
      pids.has(hello.pid) &&
      harness.timeline.records(hello.id).some((one) => one.attempt === attempt && one.readyAt !== undefined),
  )
  return { pids, speaking }
}

async function expire(
  ms: number,
  signal: AbortSignal,
  handle: SupervisorHandle,
  ready: NonNullable<RemainsOptions['ready']>,
): Promise<never> {
  await realDelay(ms, signal)
  const [[stream, match] = []] = Object.entries(ready)
  throw notUp(handle, ms, `It printed nothing on its ${stream} that matches ${String(match)}`)
}

function exitedEarly(handle: SupervisorHandle): SuperviseError {
  return new SuperviseError(
    'ERR_AGENT_EXITED',
    `${handle} ${fateText(handle.result ?? { exitCode: null, signal: null })} before it had started anything. ` +
      handle.stderr.lastLines(),
    { exitCode: handle.result?.exitCode, signal: handle.result?.signal, stderr: handle.stderr.text },
  )
}

function notUp(handle: SupervisorHandle, ms: number, why: string): SuperviseError {
  return new SuperviseError(
    'ERR_AGENT_READY_TIMEOUT',
    `${handle} was not up within ${ms} ms. ${why}. Say what shows that it is up, as in \`ready: { stdout: 'started' }\`, or ` +
      `give it a longer \`readyTimeout\`. ${handle.stdout.lastLines(3)}\n${handle.stderr.lastLines(3)}`,
    { readyTimeout: ms },
  )
}
