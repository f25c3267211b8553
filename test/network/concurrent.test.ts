import { http, HttpResponse } from 'msw'

import { expect, test as supervised } from '../../fixtures/index.ts'
import { deferred } from '../../src/wait.ts'
import { agentOf } from './support/programs.ts'

const WHO = 'https://api.example.com/who'
const NAMES = ['first', 'second', 'third']
const AGENTS = ['a', 'b']

const test = supervised.extend('superviseOptions', agentOf('asking.mjs'))

const everybody = deferred<void>()
let asked = 0

/** Resolves when the requests of all tests have come: none is answered before. */
async function meet(): Promise<void> {
  asked += 1
  if (asked === NAMES.length * AGENTS.length) everybody.resolve()
  await everybody.promise
}

test.concurrent.for(NAMES)(
  'the children of concurrent tests hear their own test: the %s',
  async (name, { network, spawnAgent }) => {
    network.use(
      http.get(WHO, async () => {
        await meet()
        return HttpResponse.text(name)
      }),
    )
    const agents = await Promise.all(AGENTS.map((id) => spawnAgent({ id })))
    const answers = agents.map(async (agent) => {
      await agent.send(WHO)
      return (await agent.messages().next()).value as unknown
    })
    expect(await Promise.all(answers)).toEqual([name, name])
    const senders = network.requests.map(({ pid }) => pid)
    expect(new Set(senders)).toEqual(new Set(agents.map(({ pid }) => pid)))
    expect(senders).toHaveLength(AGENTS.length)
  },
)

test.concurrent.for([503, 200])(
  'a fault strikes the children of its own test alone: %i',
  async (status, { network, spawnAgent }) => {
    network.use(http.get(WHO, () => HttpResponse.text('200')))
    if (status === 503) network.fail(WHO, { status: 503 })
    const agent = await spawnAgent()
    await agent.send(WHO)
    await agent.messages().next()
    expect(network.requests).toMatchObject([{ status }])
  },
)
