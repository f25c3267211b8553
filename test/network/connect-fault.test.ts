import { http, HttpResponse } from 'msw'

import { expect, test as supervised } from '../../fixtures/index.ts'
import { agentOf } from './support/programs.ts'

const WHO = 'https://api.example.com/who'

const test = supervised.extend('superviseOptions', agentOf('asking.mjs'))

test('a connection that a child keeps for later is of no use once connections are to fail', async ({
  network,
  agent,
}) => {
  network.use(http.get(WHO, () => HttpResponse.text('a handler')))
  const answers = agent.messages()
  const answer = async (): Promise<unknown> => {
    await agent.send(WHO)
    return (await answers.next()).value
  }
  expect(await answer()).toBe('a handler')
  network.fail(WHO, { connect: 'EHOSTUNREACH', times: 1 })
  expect(await answer()).toBe('EHOSTUNREACH')
  expect(await answer()).toBe('a handler')
})
