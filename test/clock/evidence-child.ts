import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'

import { onTestFinished } from 'vitest'

import type { Evidence, Rest } from '../../src/clock/evidence/evidence.ts'
import { createEvidenceSource } from '../../src/clock/evidence/index.ts'
import { until } from '../support/until.ts'

const source = createEvidenceSource()

/** A child whose standard streams are pipes, killed with all it has started at the end of the test. */
export class EvidenceChild {
  readonly process: ChildProcess
  readonly pid: number

  constructor(file: string, args: readonly string[] = []) {
    this.process = spawn(file, args, { detached: true })
    this.pid = this.process.pid ?? 0
    onTestFinished(async () => {
      const over = this.process.exitCode !== null || this.process.signalCode !== null
      const exit = over ? undefined : once(this.process, 'exit')
      try {
        process.kill(-this.pid, 'SIGKILL')
      } catch {
        // It is gone, with all it has started.
      }
      await exit
    })
  }

  /**
   * @param pid default: its own
   * @param timerless who has no timer of his own; default: nobody
   */
  look(pid: number = this.pid, timerless?: ReadonlySet<number>): Evidence {
    const evidence = source.look(pid, timerless)
    if (!evidence) throw new Error('this system shows nothing')
    return evidence
  }

  /** What twenty looks find. */
  rests(): Set<Rest> {
    return new Set(Array.from({ length: 20 }, () => this.look().rest))
  }

  /** What it prints next. */
  async says(): Promise<string> {
    const { stdout } = this.process
    if (!stdout) throw new Error('its output is no pipe')
    return String((await once(stdout, 'data'))[0]).trim()
  }
}

/** The first look that finds it so, and shows this line. */
export function expectRest(child: EvidenceChild, rest: Rest, line?: string | RegExp): Promise<Evidence> {
  return until(`it is ${rest}${line ? ` and shows ${line}` : ''}`, () => {
    const evidence = child.look()
    const fits = line === undefined || evidence.lines.some((each) => new RegExp(line).test(each))
    return evidence.rest === rest && fits ? evidence : undefined
  })
}

export const shell = (script: string): EvidenceChild => new EvidenceChild('sh', ['-c', script])
export const node = (script: string): EvidenceChild => new EvidenceChild(process.execPath, ['-e', script])

/** Undefined where there is none. */
export const python = findPython()

function findPython(): string | undefined {
  try {
    return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
