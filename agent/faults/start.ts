import { count } from './options.ts'
import type { Fault, Stage } from './stage.ts'

export const start: Readonly<Record<string, Fault>> = {
  /** Says ready `ms` later than it would. */
  slowStart(options, stage, confirm) {
    const ms = count(options, 'ms')
    delay(stage, ms)
    confirm({ ms })
  },
  /** Never says ready. */
  neverReady(_options, stage, confirm) {
    delay(stage, Infinity)
    confirm(null)
  },
}

function delay(stage: Stage, ms: number): void {
  if (stage.ready) throw new Error('the agent is ready already')
  stage.delayReady(ms)
}
