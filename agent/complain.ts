import { writeSync } from 'node:fs'

/** What a line may have of characters: it may quote what the test has sent. */
const LONGEST = 1000

/** Says one line on standard error, under the agent's name, and goes on. */
export function warn(line: string): void {
  try {
    // Errors of others have messages of several lines.
    const text = line.slice(0, LONGEST).replaceAll(/\s*[\r\n]+\s*/g, ' ')
    writeSync(2, `vitest-supervise agent: ${text}\n`)
  } catch {
    // Nobody reads standard error any more, which is no reason to die of it.
  }
}

/** Says one line on standard error and exits with code 1. */
export function die(line: string): never {
  warn(line)
  process.exit(1)
}
