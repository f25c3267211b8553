import os from 'node:os'

/** Above it, something else was at work, and timings are not to be trusted. */
const QUIET_LOAD = 1

/** What the figures were measured on. */
export function machineFacts() {
  return {
    node: process.version,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    processor: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GB`,
    load: os.loadavg()[0],
  }
}

/** What to know before one believes the figures; undefined on a quiet machine. */
export function warningOf({ load }) {
  if (load <= QUIET_LOAD) return undefined
  return `The load was ${load.toFixed(1)} at the start: something else was running. Measure again on a quiet machine.`
}
