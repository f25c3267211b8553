import { expect, test } from 'vitest'

import type { ReadyWhen } from '../../src/options.ts'
import { brief, eventsOf, openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'

/** What is told of an agent that says ready and cues at once, and prints `up` when it has been let go on. */
async function toldOf(readyWhen: ReadyWhen): Promise<string[]> {
  const program = new Scratch().node(`
    const socket = new (require('node:net').Socket)({ fd: 3 })
    const frames = [{ t: 'hello', v: 1, id: 'a', pid: process.pid }, { t: 'ready' }, { t: 'cue', name: 'x', n: 1 }]
    require('node:fs').writeSync(3, frames.map((frame) => JSON.stringify(frame) + '\\n').join(''))
    let text = ''
    socket.on('data', (chunk) => { text += chunk; if (/"n":1/.test(text)) say('up') })
  `)
  const harness = await openHarness({ spawn: { readyWhen } })
  const events = eventsOf(harness)
  const agent = await harness.spawnerOf(program).spawn('a')
  await agent.ready
  await agent.stdout.line('up')
  return brief(events)
}

test('an agent that is ready when it says so has been ready before what it says next', async () => {
  expect(await toldOf('protocol')).toEqual(['a 1 spawn', 'a 1 ready', 'a 1 cue x'])
})

test('an agent that is ready by a line is not ready before that, whatever it says', async () => {
  expect(await toldOf({ stdout: 'up' })).toEqual(['a 1 spawn', 'a 1 cue x', 'a 1 ready'])
})
