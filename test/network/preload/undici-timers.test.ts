import { expect, test } from 'vitest'

import { createEvidenceSource } from '../../../src/clock/evidence/index.ts'
import { Scratch } from '../../support/scratch.ts'
import { until } from '../../support/until.ts'
import { ControlStandIn } from '../support/control.ts'
import { assumeNode, Child, NODES } from './child.ts'
import { certificateFor, httpEcho, httpsEcho, listen } from './server.ts'

/** A server that never answers. */
async function listenSilently(): Promise<{ port: number; asked: () => number }> {
  let asked = 0
  const server = httpEcho()
  server.removeAllListeners('request').on('request', () => asked++)
  return { port: await listen(server), asked: () => asked }
}

test.for(NODES)(
  'a child that waits for a response has no timer that is about to go off ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const { port, asked } = await listenSilently()
    const control = await ControlStandIn.open(scratch, () => ({ to: 'gateway', port }))
    const child = new Child(scratch, control, `fetch('http://one.test/').catch(() => {})`, { node })
    await until('the request has come', () => asked() === 1)
    await until('it asks to be woken', () => control.sleepers.length === 1)
    const { pid = 0 } = child.process
    const evidence = createEvidenceSource()
    await until('it rests', () => ['parked', 'dozing'].includes(evidence.look(pid)?.rest ?? ''))
    for (let i = 0; i < 3; i++) {
      expect(control.sleepers.every(({ ms }) => ms > 0 && ms <= 499)).toBe(true)
      control.wake()
      await until('it asks again', () => control.sleepers.length === 1)
      await until('it rests', () => ['parked', 'dozing'].includes(evidence.look(pid)?.rest ?? ''))
    }
  },
)

test.for(NODES)(
  'timeouts go off where the test cannot wake the process ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const { port } = await listenSilently()
    const control = await ControlStandIn.open(scratch, () => ({ to: 'gateway', port }))
    const body = `
      const { Agent, request } = require('undici')
      request('http://one.test/', { dispatcher: new Agent({ headersTimeout: 1500 }) }).catch(({ code }) => say(code))
    `
    const child = new Child(scratch, control, body, { node })
    await until('it asks to be woken', () => control.sleepers.length > 0)
    await control.close()
    expect(await child.all()).toEqual(['UND_ERR_HEADERS_TIMEOUT'])
  },
)

test.for(NODES)(
  'nobody stays for a kept connection, in threads neither ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const port = await listen(httpEcho())
    const control = await ControlStandIn.open(scratch, () => ({ to: 'gateway', port }))
    const body = `
      const { Worker, isMainThread } = require('node:worker_threads')
      fetch('http://one.test/').then((response) => response.text()).then((text) => {
        say(text)
        if (isMainThread) new Worker(__filename)
      })
    `
    const child = new Child(scratch, control, body, { node })
    expect(await child.all()).toHaveLength(2)
  },
)

test.for(NODES)(
  'connections of TLS that are kept are closed when the gateway says so ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const port = await listen(httpsEcho(await certificateFor(scratch, 'api.test')))
    const control = await ControlStandIn.open(scratch, () => ({ to: 'gateway', port }))
    const body = `
      process.stdin.resume()
      fetch('https://api.test/').then((response) => response.text()).then(say)
    `
    const child = new Child(scratch, control, body, { node })
    await child.said()
    expect(await askedWithin(control, 4000)).toBeGreaterThan(499)
  },
)

test.for(NODES)(
  'sessions of HTTP/2 are pinged when the gateway says so ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const server = httpsEcho(await certificateFor(scratch, 'api.test'))
    let pings = 0
    server.on('session', (session) => session.on('ping', () => pings++))
    const port = await listen(server)
    const control = await ControlStandIn.open(scratch, () => ({ to: 'gateway', port }))
    const body = `
      process.stdin.resume()
      const { Agent, request } = require('undici')
      const dispatcher = new Agent({ allowH2: true, pingInterval: 700 })
      request('https://api.test/', { dispatcher }).then(({ body }) => body.text()).then(say)
    `
    const child = new Child(scratch, control, body, { node })
    await child.said()
    for (const count of [1, 2]) {
      expect(await askedWithin(control, 700)).toBeGreaterThan(499)
      await until('a ping has come', () => {
        control.wake()
        return pings >= count
      })
    }
  },
)

/** Wakes a child until what it asks for is no tick, and within so many ms. Resolves to how many. */
async function askedWithin(control: ControlStandIn, within: number): Promise<number> {
  return until(`it asks to be woken within ${within} ms`, () => {
    const asked = control.sleepers.find(({ ms }) => ms > 499 && ms <= within)
    if (!asked) control.wake()
    return asked?.ms
  })
}
