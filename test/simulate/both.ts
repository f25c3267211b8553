import type { ChildProcess } from 'node:child_process'

import { inReality, inSimulation, type Stage } from './worlds.ts'

/** Notes all events of a child and its streams. Resolves when it is closed. */
export function listen(child: ChildProcess, note: (text: string) => void): Promise<void> {
  for (const event of ['spawn', 'exit', 'close', 'disconnect', 'message']) {
    child.on(event, (...facts: unknown[]) => note(`${event} ${facts.join(' ')}`.trim()))
  }
  child.on('error', ({ message, name: _name, ...facts }) => note(`error ${message} ${JSON.stringify(facts)}`))
  for (const [index, stream] of [child.stdout, child.stderr].entries()) {
    const name = ['stdout', 'stderr'][index]
    stream?.on('data', (chunk: unknown) => note(`${name} ${typeof chunk} ${String(chunk).trim()}`))
    for (const event of ['end', 'close']) stream?.on(event, () => note(`${name} ${event}`))
  }
  return new Promise((resolve) => child.once('close', () => resolve()))
}

export type Play = (stage: Stage, note: (text: string) => void) => Promise<unknown>

/** What was noted, in reality and in a simulation. */
export async function both(play: Play): Promise<[real: string[], simulated: string[]]> {
  const logs: string[][] = []
  for (const world of [inReality, inSimulation]) {
    await world(async (stage) => {
      const log: string[] = []
      await play(stage, (text) => log.push(`${stage.now()} ${text}`))
      logs.push([...log])
    })
  }
  return logs as [string[], string[]]
}
