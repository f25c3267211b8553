import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { http, HttpResponse } from 'msw'

import { expect, fault, test as supervised } from '../../fixtures/index.ts'
import { deferred } from '../../src/wait.ts'
import { until } from '../support/until.ts'
import { agentOf } from './support/programs.ts'

const START = 'https://api.example.com/start'
const STARTS = Array.from({ length: 50 }, (_, index) => index + 1)

const test = supervised.extend('superviseOptions', agentOf('early.mjs'))

// On a machine that is busy with others a start may take a second.
const options = { timeout: 180_000 }

test(
  'each of 50 starts in virtual time is answered from its first request',
  options,
  async ({ network, restartLoop, faults, clock, timeline, runtimeDir }) => {
    let starts = 0
    network.use(http.get(START, () => HttpResponse.text(`${++starts}`)))
    faults.inject(fault.exit(1), { attempts: [1, 49] })
    void restartLoop({ policy: 'on-failure' }).run()
    await clock.runUntil(timeline.until('ready', { attempt: 50 }))
    expect(answers(runtimeDir)).toEqual(STARTS.map(String))
    expect(briefly(network.requests)).toEqual(STARTS.map((attempt) => `agent#${attempt} 200`))
  },
)

test(
  'each of 50 starts by another supervisor is answered from its first request',
  options,
  async ({ network, agentCommand, faults, runtimeDir }) => {
    let starts = 0
    network.use(http.get(START, () => HttpResponse.text(`${++starts}`)))
    faults.inject(fault.exit(1), { attempts: 'every' })
    const ends: unknown[] = []
    for (const _ of STARTS) {
      const child = spawn(agentCommand.file, agentCommand.args, { env: agentCommand.env, stdio: 'ignore' })
      ends.push((await once(child, 'exit'))[0])
    }
    expect(ends).toEqual(STARTS.map(() => 1))
    expect(answers(runtimeDir)).toEqual(STARTS.map(String))
    expect(briefly(network.requests)).toEqual(STARTS.map((attempt) => `agent#${attempt} 200`))
  },
)

test('a request whose sender was killed is aborted, and the next start is answered', async ({
  network,
  spawner,
  runtimeDir,
}) => {
  const asked = deferred<void>()
  let asks = 0
  network.use(
    http.get(START, async () => {
      asks += 1
      if (asks > 1) return HttpResponse.text(`${asks}`)
      asked.resolve()
      return new Promise<never>(() => {})
    }),
  )
  const first = await spawner.spawn('agent')
  await asked.promise
  expect(network.requests).toMatchObject([{ attempt: 1, status: undefined, aborted: false }])
  first.kill('SIGKILL')
  await first.exited
  await until('the request is aborted', () => network.requests[0]?.aborted)

  const second = await spawner.spawn('agent')
  await second.ready
  expect(answers(runtimeDir)).toEqual(['2'])
  expect(network.requests).toMatchObject([
    { agent: 'agent', attempt: 1, pid: first.pid, method: 'GET', url: START, aborted: true },
    { agent: 'agent', attempt: 2, pid: second.pid, method: 'GET', url: START, status: 200, aborted: false },
  ])
  expect(network.requests[0]?.status).toBeUndefined()
})

test('the list of requests is one of this moment, which nobody changes', async ({ network, spawnAgent }) => {
  network.use(http.get(START, () => HttpResponse.text('1')))
  const before = network.requests
  await spawnAgent()
  expect(before).toEqual([])
  expect(network.requests).toHaveLength(1)
  expect(Object.isFrozen(network.requests)).toBe(true)
})

/** What the starts were answered, in their order. */
function answers(runtimeDir: string): string[] {
  return readFileSync(path.join(runtimeDir, 'answers'), 'utf8').trim().split('\n')
}

function briefly(
  requests: readonly { readonly agent: unknown; readonly attempt: unknown; readonly status: unknown }[],
): string[] {
  return requests.map(({ agent, attempt, status }) => `${agent}#${attempt} ${status}`)
}
