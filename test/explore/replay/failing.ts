import { type ExploreOptions, resolveExploration, type Scenario } from '../../../src/explore/exploration.ts'
import type { Failure } from '../../../src/explore/replay/failure.ts'
import type { Invariant, Trace } from '../../../src/explore/play/trace.ts'

/** Nothing is started when it has been stopped. */
export const stopIsFinal: Invariant = {
  name: 'stop is final',
  check({ events }: Trace) {
    const stopped = events.findIndex((event) => event.kind === 'step' && event.step === 'stop')
    const late = events.findIndex((event, index) => stopped >= 0 && index > stopped && event.kind === 'spawn')
    if (late >= 0) return `it is started at ${events[late]?.time}`
  },
}

interface Subject {
  stop(): void
}

/** Starts its agent again 1 s after each end; `stop` ends it, and forgets the timer if it is `right`. */
export function restarting(isRight: () => boolean = () => false): Scenario<Subject, 'worker'> {
  return ({ agents: { worker }, spawn, timers }) => {
    let stopped = false
    let timer: NodeJS.Timeout | undefined
    let child: ReturnType<typeof spawn> | undefined
    const start = (): void => {
      child = spawn(worker.file, worker.args, { env: worker.env, stdio: 'ignore' })
      child.once('exit', () => {
        if (!stopped) timer = timers.setTimeout(start, 1000)
      })
    }
    start()
    return {
      stop() {
        stopped = true
        if (isRight()) timers.clearTimeout(timer)
        child?.kill()
      },
    }
  }
}

export const OPTIONS: ExploreOptions<Subject, 'worker'> = {
  agents: ['worker'],
  steps: { stop: (subject) => subject.stop() },
  invariants: [stopIsFinal],
  within: 5000,
}

export const failing = resolveExploration('the supervisor: stops', OPTIONS, restarting())

export const FAILURE: Failure = {
  breaks: 'stop is final',
  schedule: [
    { attempt: 1, fault: 'exit', at: 'ready' },
    { step: 'stop', at: 500 },
  ],
}
