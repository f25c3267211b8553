import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { http, HttpResponse } from 'msw'

import { Harness } from '../dist/src/harness/harness.js'
import { createHarness } from '../dist/src/index.js'
import { Run } from '../dist/src/reap/run.js'
import { resolveOptions } from '../dist/src/resolve-options.js'
import { atLeast, atMost, figure, inTurn } from './figures.mjs'

const ANSWER = { name: 'Ada Lovelace' }
const HOST = 'api.example.com'

/** By what a child asks. */
const WAYS = { fetch: '`fetch`', post: '`fetch`, POST of a small JSON', node: '`node:http(s)`' }

/**
 * How much is measured. `series`: requests of one contender before it is the next one's turn; `rounds`: how often each
 * has its turn; `connections`: of one turn, so many `atOnce`.
 */
const WHOLE = {
  series: 150,
  rounds: 20,
  warmup: 4,
  connections: 1000,
  atOnce: 200,
  connectionRounds: 7,
  networks: 15,
}
const QUICK = {
  series: 5,
  rounds: 2,
  warmup: 0,
  connections: 20,
  atOnce: 10,
  connectionRounds: 1,
  networks: 3,
}

/** What it costs a child to be answered by a test, against a real server and against MSW inside of the child. */
export async function measure({ folder, quick }) {
  const extent = quick ? QUICK : WHOLE
  const opening = await benchOpening(folder, extent)
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

    const requests = await benchRequests(clients, extent)
    const connections = await benchConnections(clients, second, extent)
    return [...requests, ...connections, ...opening]
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()))
    await harness.close()
  }
}

async function benchRequests(clients, { series, rounds, warmup }) {
  const rows = []
  for (const scheme of ['http', 'https']) {
    for (const [by, name] of Object.entries(WAYS)) {
      const took = { real: [], gateway: [], msw: [], handled: [] }
      const { real } = clients
      const turns = Object.entries({ ...clients, handled: { ...real, at: () => real.at(scheme, 'handled') } })
      for (let round = 0; round < warmup + rounds; round++) {
        for (let place = 0; place < turns.length; place++) {
          const [name, { at, ask }] = turns[(round + place) % turns.length]
          const answered = await ask('inSequence', { url: at(scheme), by, count: series })
          if (round >= warmup) took[name].push(...answered)
        }
      }
      const [gateway, base] = [figure(took.gateway), figure(took.real)]
      rows.push({
        what: `a request over ${scheme}, connection kept: ${name}`,
        of: gateway,
        rivals: {
          'a real server': base,
          'a real server that answers by a handler of MSW': figure(took.handled),
          'MSW in the child': figure(took.msw),
        },
        promise: atMost(2, 'x', gateway.value / base.value, 'a real server'),
      })
    }
  }
  return rows
}

/** TLS connections a second, each with one request, from one child and from two at once. */
async function benchConnections({ real, gateway }, second, { connections, atOnce, connectionRounds }) {
  const url = gateway.at('https')
  const all = (ask, options) => ask('connections', { url, count: connections, atOnce, ...options })
  const ways = {
    real: () => all(real.ask, { url: real.at('https') }),
    gateway: () => all(gateway.ask),
    two: async () => {
      const half = { count: connections / 2, atOnce: atOnce / 2 }
      return Math.max(...(await Promise.all([all(gateway.ask, half), all(second.ask, half)])))
    },
    realResumed: () => all(real.ask, { url: real.at('https'), resumed: true }),
    gatewayResumed: () => all(gateway.ask, { resumed: true }),
  }
  const took = await inTurn(connectionRounds, ways, 1)
  const rate = (name) =>
    figure(
      took[name].map((ms) => (1000 * connections) / ms),
      '/s',
    )
  const row = (what, name, against) => ({
    what,
    of: rate(name),
    rivals: { 'a real server': rate(against) },
  })
  const one = row(`new TLS connections, ${atOnce} at once, one child`, 'gateway', 'real')
  return [
    { ...one, promise: atLeast(1000, '/s', one.of.value) },
    row(`the same, two children, ${atOnce / 2} at once each`, 'two', 'real'),
    row('the same, one child, sessions resumed', 'gatewayResumed', 'realResumed'),
  ]
}

/** How long a test waits for its network: the first one of a worker, and those after it. */
async function benchOpening(folder, { networks }) {
  const run = await Run.start(folder)
  const took = []
  for (let index = 0; index < networks; index++) {
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
    {
      what: 'a network, each but the first of a worker',
      of: figure(others),
      rivals: { 'the first, with the authority of the run': figure([first]) },
    },
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
