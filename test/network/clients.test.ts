import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createHarness } from '../../src/harness/create-harness.ts'
import type { Harness } from '../../src/harness/harness.ts'
import { nodeAtHand } from '../lab/runtime.ts'
import { makeChecks, type Outcome } from './checks/child.ts'
import { groups } from './checks/groups.mjs'
import { checkHandlers } from './checks/handlers.ts'
import { buildGoClient } from './support/go-client.ts'
import { messagesOf } from './support/messages.ts'
import { versions } from './support/mock-service-worker.ts'

const names = Object.values(groups).flatMap((checks) => Object.keys(checks))

const nodes = await Promise.all(
  ['20', '22', '24'].map(async (major) => ({ major, node: await nodeAtHand(major) })),
)

/** Each Node that is at hand with each MSW. The Node is the child's: the handlers run in this one. */
const cells = nodes.flatMap(({ major, node }) =>
  node === undefined
    ? []
    : Object.entries(versions).map(([version, msw]) => ({ name: `Node ${major}, ${version}`, node, msw })),
)

const directory = mkdtempSync(path.join(os.tmpdir(), 'clients-'))
let tools: Record<string, string> = {}

beforeAll(async () => {
  const client = await buildGoClient(directory)
  if (client !== undefined) tools = { GO_CLIENT: client }
}, 120_000)

afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('there are 50 checks, each with a name of its own', () => {
  expect(new Set(names).size).toBe(50)
  expect(names).toHaveLength(50)
})

describe.each(cells)('$name', ({ node, msw }) => {
  let harness: Harness
  let network: Awaited<ReturnType<Harness['openNetwork']>>
  let outcomes: ReadonlyMap<string, Outcome>

  beforeAll(async () => {
    harness = await createHarness()
    network = await harness.openNetwork()
    network.use(...checkHandlers(msw))
    const env = { ...network.env, ...tools }
    const made = await Promise.all(Object.keys(groups).map((group) => makeChecks(node, group, env)))
    outcomes = new Map(made.flatMap((some) => [...some]))
  }, 120_000)

  afterAll(() => harness.close().catch(() => {}))

  test.for(names)('%s', (name, context) => {
    const { outcome, detail } = outcomes.get(name) ?? {}
    context.skip(outcome === 'skipped', detail)
    expect([outcome, detail]).toEqual(['passed', undefined])
  })

  test('what clients gave up is known to be aborted', () => {
    const given = network.requests.filter(({ url }) => /never\/(aborted|destroyed)/.test(url))
    expect(given.map(({ aborted, status }) => ({ aborted, status }))).toEqual([
      { aborted: true, status: undefined },
      { aborted: true, status: undefined },
    ])
  })

  test('what nothing handled is told of at the end', async () => {
    const messages = await messagesOf(harness.close())
    expect(messages).toContain('GET https://api.example.com/unhandled/fetch')
    expect(messages).toContain('GET https://api.example.com/unhandled/https')
    expect(messages).toContain('mail.example.com:25')
  })
})
