import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { text } from 'node:stream/consumers'

import { groups } from './groups.mjs'

/** What became of a check. */
export interface Outcome {
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Why. */
  readonly detail?: string
}

/** Has a child of this Node make the checks of a group. Gives what became of each, by its name. */
export async function makeChecks(
  node: string,
  group: string,
  env: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Outcome>> {
  const child = spawn(node, [path.join(import.meta.dirname, 'main.mjs'), group], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
  ])
  const lines = stdout.split('\n').filter((line) => line !== '')
  const outcomes = new Map(lines.map((line) => outcomeOf(line)))
  const missing = `the child ended with ${signal ?? code} before it was made: ${stderr.trim()}`
  return new Map(
    Object.keys(groups[group] ?? {}).map((name) => [
      name,
      outcomes.get(name) ?? { outcome: 'failed', detail: missing },
    ]),
  )
}

function outcomeOf(line: string): [name: string, outcome: Outcome] {
  const { name, ...outcome } = JSON.parse(line) as Outcome & { name: string }
  return [name, outcome]
}
