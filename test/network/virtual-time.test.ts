import { http, HttpResponse } from 'msw'

import { expect, test as supervised } from '../../fixtures/index.ts'
import { createEvidenceSource } from '../../src/clock/evidence/index.ts'
import { agentOf } from './support/programs.ts'

const test = supervised.extend('superviseOptions', agentOf('poller.mjs'))

const POLL = 'https://api.example.com/poll'

test(
  'an hour of polls is not held up by timers of the one who polls',
  { timeout: 120_000 },
  async ({ spawnAgent, network, clock }) => {
    let polls = 0
    const naps: string[] = []
    const evidence = createEvidenceSource()
    let pid = 0
    network.use(
      http.get(POLL, () => {
        const seen = pid === 0 ? undefined : evidence.look(pid)
        if (seen?.rest === 'napping') naps.push(...seen.lines)
        return HttpResponse.text(`${++polls}`)
      }),
    )
    const agent = await clock.runUntil(spawnAgent())
    pid = agent.pid
    await clock.advance(3_600_000)
    expect(polls).toBe(721)
    expect(naps).toEqual([])
  },
)
