import { RestartLoop, type RestartLoopOptions } from '../../src/restart/restart-loop.ts'
import { InstantClock } from './instant-clock.ts'

/** How a program ends, after how many ms. */
export interface Life {
  readonly end?: number | NodeJS.Signals
  readonly uptime?: number
}

export interface Played {
  /** What the loop waited for. */
  readonly delays: readonly number[]
  readonly starts: number
  /** `up` if it was restarted after the last of the lives, too. */
  readonly ended: 'up' | 'exited' | 'gave up' | 'failed'
}

/** Lives a program through these lives, one after the other, on a clock where nothing takes longer than it says. */
export async function play(
  options: Omit<RestartLoopOptions, 'starter' | 'clock'>,
  lives: readonly Life[],
): Promise<Played> {
  const clock = new InstantClock()
  const waiting = [...lives]
  let starts = 0
  const starter = {
    async start() {
      starts += 1
      const life = waiting.shift()
      if (!life) return
      const { end = 1, uptime = 0 } = life
      const [exitCode, signal] = typeof end === 'number' ? [end, null] : [null, end]
      return {
        pid: 1,
        // The uptime passes when somebody begins to wait for the end.
        get exited() {
          clock.now += uptime
          return Promise.resolve({ pid: 1, exitCode, signal })
        },
      }
    },
  }
  const ended = await new RestartLoop({ ...options, starter, clock }).run().then(
    ({ reason }) => (reason === 'started' ? 'up' : 'exited'),
    ({ code }: { code?: string }) => (code === 'ERR_MAX_RESTARTS_EXHAUSTED' ? 'gave up' : 'failed'),
  )
  return { delays: clock.slept, starts, ended }
}

/** So many lives that are all the same. */
export function times(count: number, life: Life = {}): Life[] {
  return Array.from({ length: count }, () => life)
}
