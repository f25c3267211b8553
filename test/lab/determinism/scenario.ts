import { PROCESS_SCENARIOS } from './process-scenarios.ts'

/** Where each run of the scenario leaves its hash, a line each, and its timeline if the hash is new there. */
export const HASHES = 'hashes.log'

/** Where each run leaves how long it took, if that is of interest, in real ms: a line each. */
export const WALL_TIMES = 'wall-times.log'

/** What can be run again and again. */
export type ScenarioName = keyof typeof SCENARIOS

/** The program of an agent that asks the network first, when it is up, and every 400 ms. Other scenarios have the scripted agent. */
export const CALLER = `
import { connect } from 'vitest-supervise/agent'
const ask = (path) => fetch('https://api.example.com/' + path).then((answer) => answer.text()).catch(() => 'nothing')
await ask('first')
const agent = await connect()
await agent.ready()
for (;;) {
  await agent.send(await ask(agent.id))
  await agent.sleep(400)
}
`

/** A test file that runs the scenario `runs` times. */
export function scenario(name: ScenarioName, runs: number): string {
  return `
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { ExponentialBackoff, expect, fault, test } from 'vitest-supervise'

const RUNS = Array.from({ length: ${runs} }, (_, run) => run)
const realNow = performance.now.bind(performance)
const path = (name) => import.meta.dirname + '/' + name

function leave(timeline, took) {
  const hash = timeline.hash()
  appendFileSync('${HASHES}', hash + '\\n')
  if (took !== undefined) appendFileSync('${WALL_TIMES}', took + '\\n')
  if (!existsSync(hash + '.txt')) writeFileSync(hash + '.txt', String(timeline))
}
${SCENARIOS[name]}`
}

/*
 * `restarts`: four agents, each restarted 20 times with seeded jitter, that fail
 * in a different way at every start: by themselves, by signals, at once and after a while, by not becoming ready, by not
 * stopping, by not being there. `heartbeats`: an agent that says something every 30 s lives for two hours, under a guard
 * that would miss one after 35 s. `network`: three agents that ask the network at the same moments and share its faults, and
 * are killed meanwhile, some of them in the middle of a request.
 */
const SCENARIOS = {
  restarts: `
const AGENTS = ['a', 'b', 'c', 'd']
const RESTARTS = 20

function inject(faults, agent, n, kind) {
  const where = { agent, attempts: n }
  switch (kind) {
    case 0: return faults.inject(fault.exit(1), where)
    case 1: return faults.inject(fault.signal('SIGKILL'), where)
    case 2: return faults.inject(fault.exit(0), { ...where, at: { after: 700 } })
    case 3: return faults.inject(fault.notFound(), where)
    case 4: return faults.inject(fault.neverReady(), where)
    case 5: return faults.inject(fault.hang(), { ...where, at: 'start' })
    case 6: return faults.inject(fault.freeze(), { ...where, at: 'start' })
    case 7:
      faults.inject(fault.slowStart(300), where)
      return faults.inject(fault.signal('SIGTERM'), { ...where, at: { after: 1500 } })
    case 8: return faults.inject(fault.notExecutable(), where)
    default: return faults.inject(fault.exit(n), { ...where, at: 'start' })
  }
}

test.for(RUNS)('run %i', async (run, { restartLoop, faults, clock, timeline }) => {
  for (const [index, agent] of AGENTS.entries()) {
    for (let n = 1; n <= RESTARTS + 1; n++) inject(faults, agent, n, (n + 3 * index) % 10)
  }
  const backoff = new ExponentialBackoff({ initial: 500, max: 30_000, jitter: 'full' })
  const loops = AGENTS.map((id) =>
    restartLoop({ id, policy: 'always', maxRestarts: RESTARTS, backoff, spawn: { readyTimeout: 2000 } }).run(),
  )
  const outcomes = await clock.runUntil(Promise.allSettled(loops))
  expect(outcomes.map(({ reason }) => reason?.code)).toEqual(AGENTS.map(() => 'ERR_MAX_RESTARTS_EXHAUSTED'))
  expect(timeline).toHaveAttempts(AGENTS.length * (RESTARTS + 1))
  leave(timeline)
})
`,
  heartbeats: `
test.for(RUNS)('run %i', async (run, { spawnAgent, clock, timeline }) => {
  const starting = spawnAgent({ id: 'agent', script: { heartbeat: 30_000 } })
  const agent = await clock.runUntil(starting)
  let missed = 0
  let guard = setTimeout(() => missed++, 35_000)
  void (async () => {
    for await (const message of agent.messages()) {
      clearTimeout(guard)
      guard = setTimeout(() => missed++, 35_000)
      timeline.note(JSON.stringify(message))
    }
  })()
  await clock.advance(2 * 3600 * 1000)
  clearTimeout(guard)
  expect(missed).toBe(0)
  expect(timeline.events.filter(({ kind }) => kind === 'note')).toHaveLength(240)
  leave(timeline)
})
`,
  network: `
import { delay, http, HttpResponse } from 'msw'

const URL = 'https://api.example.com/*'
const AGENTS = ['a', 'b', 'c']

test.override('superviseOptions', { agent: './caller.mjs' })

test.for(RUNS)('run %i', async (run, { network, restartLoop, faults, clock, timeline }) => {
  let asked = 0
  network.use(http.get(URL, async () => {
    if (++asked % 5 === 0) await delay(300)
    return HttpResponse.text('answer ' + asked)
  }))
  network.fail(URL, { status: 503, times: 4 })
  network.fail(URL, { reset: true, times: 2 })
  network.fail(URL, { connect: 'ECONNREFUSED', times: 4 })
  network.fail(URL, { delay: 250, times: 3 })
  network.fail(URL, { status: 200, body: 'a long answer', truncateAt: 3, times: 2 })
  network.fail(URL, { stall: true, times: 2 })
  for (const [index, agent] of AGENTS.entries()) {
    for (let n = 1; n <= 6; n++) {
      faults.inject(n % 2 ? fault.signal('SIGKILL') : fault.exit(n), { agent, attempts: n, at: { after: 300 * n + 200 * index } })
    }
  }
  for (const id of AGENTS) void restartLoop({ id, policy: 'always' }).run().catch(() => {})
  await clock.runUntil(() => timeline.records().filter(({ attempt, readyAt }) => attempt === 7 && readyAt).length === 3)
  leave(timeline)
})
`,
  ...PROCESS_SCENARIOS,
} as const

export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[]
