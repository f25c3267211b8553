import { http, HttpResponse } from 'msw'

import { expect, test as supervised } from '../../fixtures/index.ts'
import { agentOf } from './support/programs.ts'

const test = supervised.extend('superviseOptions', agentOf('poller.mjs'))

test(
  'an hour of polls is not held up by timers of the one who polls',
  { timeout: 120_000 },
  async ({ spawnAgent, network, clock }) => {
    let polls = 0
    network.use(http.get('https://api.example.com/poll', () => HttpResponse.text(`${++polls}`)))
    const agent = await clock.runUntil(spawnAgent())
    await clock.advance(3_600_000)
    expect(polls).toBe(721)
    expect(agent.stdout.text).toBe('no timer is about to go off\n'.repeat(7))
  },
)
