import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { http, HttpResponse } from 'msw'

import { Harness } from '../dist/src/harness/harness.js'
import { createHarness } from '../dist/src/index.js'
import { Run } from '../dist/src/reap/run.js'
import { resolveOptions } from '../dist/src/resolve-options.js'
import { benchNetworkStart } from './network-start.mjs'
import { median, ms, quantile, times } from './statistics.mjs'

const ANSWER = { name: 'Ada Lovelace' }
const HOST = 'api.example.com'

/** Requests of one contender before it is the next one's turn, and how often each has its turn. */
const SERIES = 150
const ROUNDS = 20
const WARM_UP = 4

/** By what a child asks. */
const WAYS = { fetch: '`fetch`', post: '`fetch`, POST of a small JSON', node: '`node:http(s)`' }

const CONNECTIONS = 1000
const AT_ONCE = 200
const CONNECTION_ROUNDS = 7

const NETWORKS = 15

/** What it costs a child to be answered by a test, against a real server and against MSW inside of the child. */
export async function benchNetwork(folder) {
  const opening = await benchOpening(folder)
  const harness = await createHarness()
  const contenders = []
  try {
    const network = await harness.openNetwork()
    network.use(
      http.get(`*://${HOST}/user`, () => HttpResponse.json(ANSWER)),
      http.post(`*://${HOST}/user`, async ({ request }) => {
        await request.json()
        return HttpResponse.json(ANSWER)
      }),
    )
    const starting = await benchNetworkStart(network.env)
    const caFile = path.join(folder, 'ca.pem')
    const server = start('network-server.mjs', [JSON.stringify(ANSWER), caFile])
    contenders.push(server)
    const [ports] = await once(server.process, 'message')

    const gateway = (scheme) => `${scheme}://${HOST}/user`
    const real = (scheme, path = 'user') => `${scheme}://127.0.0.1:${ports[scheme]}/${path}`
    const clients = {
      real: { ...start('network-client.mjs', [], { NODE_EXTRA_CA_CERTS: caFile }), at: real },
      gateway: { ...start('network-client.mjs', [], network.env), at: gateway },
      msw: { ...start('network-client.mjs'), at: gateway },
    }
    const second = start('network-client.mjs', [], network.env)
    contenders.push(...Object.values(clients), second)
    await clients.msw.ask('mock', { url: `*://${HOST}/user`, json: ANSWER })

    const requests = await benchRequests(clients)
    const connections = await benchConnections(clients, second)
    return [...starting, ...requests, ...connections, ...opening]
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()))
    await harness.close()
  }
}

async function benchRequests(clients) {
  const rows = []
  for (const scheme of ['http', 'https']) {
    for (const [by, name] of Object.entries(WAYS)) {
      const took = { real: [], gateway: [], msw: [], handled: [] }
      const { real } = clients
      const turns = { ...clients, handled: { ...real, at: () => real.at(scheme, 'handled') } }
      for (let round = -WARM_UP; round < ROUNDS; round++) {
        for (const [name, { at, ask }] of Object.entries(turns)) {
          const series = await ask('inSequence', { url: at(scheme), by, count: SERIES })
          if (round >= 0) took[name].push(...series)
        }
      }
      const base = median(took.real)
      rows.push({
        what: `a request over ${scheme}, connection kept: ${name}`,
        value: ms(median(took.gateway)),
        against: `${times(median(took.gateway) / base)} of a real server`,
        promised: '2 x',
        note:
          `p50 of ${ROUNDS * SERIES}, in turn; real ${ms(base)}, real with a handler of MSW ${ms(median(took.handled))}, ` +
          `MSW in the child ${ms(median(took.msw))}; ` +
          `p90 ${ms(quantile(took.gateway, 0.9))}, real ${ms(quantile(took.real, 0.9))}`,
      })
    }
  }
  return rows
}

/** TLS connections a second, each with one request, from one child and from two at once. */
async function benchConnections({ real, gateway }, second) {
  const url = gateway.at('https')
  const all = (ask, options) => ask('connections', { url, count: CONNECTIONS, atOnce: AT_ONCE, ...options })
  const ways = {
    real: () => all(real.ask, { url: real.at('https') }),
    gateway: () => all(gateway.ask),
    two: async () => {
      const half = { count: CONNECTIONS / 2, atOnce: AT_ONCE / 2 }
      return Math.max(...(await Promise.all([all(gateway.ask, half), all(second.ask, half)])))
    },
    realResumed: () => all(real.ask, { url: real.at('https'), resumed: true }),
    gatewayResumed: () => all(gateway.ask, { resumed: true }),
  }
  const rates = Object.fromEntries(Object.keys(ways).map((name) => [name, []]))
  for (let round = -1; round < CONNECTION_ROUNDS; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const rate = (CONNECTIONS / (await way())) * 1000
      if (round >= 0) rates[name].push(rate)
    }
  }
  const best = (name) => Math.round(Math.max(...rates[name]))
  const row = (what, name, against, promised = '') => ({
    what,
    value: `${Math.round(median(rates[name]))} /s`,
    against: `${times(median(rates[name]) / median(rates[against]))} of a real server`,
    promised,
    note: `best ${best(name)} /s; real ${Math.round(median(rates[against]))} /s, best ${best(against)} /s`,
  })
  return [
    row(`new TLS connections, ${AT_ONCE} at once, one child`, 'gateway', 'real', 'at least 1000 /s'),
    row(`the same, two children, ${AT_ONCE / 2} at once each`, 'two', 'real'),
    row('the same, one child, sessions resumed', 'gatewayResumed', 'realResumed'),
  ]
}

/** How long a test waits for its network: the first one of a worker, and those after it. */
async function benchOpening(folder) {
  const run = await Run.start(folder)
  const took = []
  for (let index = 0; index < NETWORKS; index++) {
    const harness = await Harness.open({ run, options: resolveOptions({}), agentPath: '', agentPaths: {} })
    try {
      const began = performance.now()
      await harness.openNetwork()
      took.push(performance.now() - began)
    } finally {
      await harness.close()
    }
  }
  await run.close()
  const [first, ...others] = took
  return [
    { what: 'a network, the first of a worker', value: ms(first), note: 'with the authority of the run' },
    { what: 'a network, each further one', value: ms(median(others)), note: `p50 of ${others.length}` },
  ]
}

/** A program of this folder, in a process of its own, that does what it is asked to. */
function start(name, args = [], env = {}) {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), args, {
    env: { PATH: process.env.PATH, ...env },
  })
  return {
    process: child,
    async ask(command, options) {
      child.send({ command, ...options })
      const [{ result, error }] = await once(child, 'message')
      if (error) throw new Error(`${name} failed at ${command}: ${error}`)
      return result
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}
