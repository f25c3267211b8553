import { writeSync } from 'node:fs'

/** Says one line on standard error, under the agent's name, and goes on. */
export function warn(line: string): void {
  try {
    writeSync(2, `vitest-supervise agent: ${line}\n`)
  } catch {
    // Nobody reads standard error any more, which is no reason to die of it.
  }
}

/** Says one line on standard error and exits with code 1. */
export function die(line: string): never {
  warn(line)
  process.exit(1)
}
