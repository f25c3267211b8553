import { expect, test } from 'vitest'

import { OPEN_ROUTER } from '../../src/clock/route.ts'
import { type Identity, KnownClient } from '../../src/network/known-client.ts'

test('whose a process is is asked until it is known, and stays so when nobody knows it any more', () => {
  let known: Identity | undefined
  const inquiry = { identity: () => known, label: () => undefined, hasEnded: () => false }
  const client = new KnownClient({ pid: 7, agent: 'said' }, () => inquiry, OPEN_ROUTER)
  expect([client.agent, client.attempt]).toEqual(['said', undefined])
  known = { agent: 'web', attempt: 2 }
  expect([client.agent, client.attempt, client.name]).toEqual(['web', 2, 'agent "web"'])
  known = undefined
  expect([client.agent, client.attempt]).toEqual(['web', 2])
})
