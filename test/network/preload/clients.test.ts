import { expect, test } from 'vitest'

import { Scratch } from '../../support/scratch.ts'
import { ControlStandIn } from '../support/control.ts'
import { assumeNode, Child, NODES } from './child.ts'
import { certificateFor, httpEcho, httpsEcho, listen } from './server.ts'

test.for(NODES)(
  'every client gets to the gateway, with TLS that it trusts ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const https = await listen(httpsEcho(await certificateFor(scratch, 'api.test')))
    const http = await listen(httpEcho())
    const control = await ControlStandIn.open(scratch, (asked) => ({
      to: 'gateway',
      port: 'port' in asked && asked.port === 443 ? https : http,
    }))
    const body = `
    import http from 'node:http'
    import https from 'node:https'
    import http2 from 'node:http2'
    import tls, { connect } from 'node:tls'
    import net from 'node:net'
    import undici from 'undici'
    import axios from 'axios'
    import got from 'got'
    import ky from 'ky'
    import nodeFetch from 'node-fetch'
    import superagent from 'superagent'

    const text = (response) => new Promise((resolve, reject) => {
      let all = ''
      response.setEncoding('utf8').on('data', (more) => (all += more)).on('end', () => resolve(all)).on('error', reject)
    })
    const get = (from, url, options = {}) => new Promise((resolve, reject) =>
      from.get(url, options, (response) => resolve(text(response))).on('error', reject))
    const overHttp2 = async (options) => {
      const session = http2.connect('https://api.test', options)
      try {
        return [await text(session.request({ ':path': '/http2' }).on('error', say)), session.originSet]
      } finally { session.close() }
    }
    const tunnel = () => new Promise((resolve, reject) => {
      const socket = net.connect(443, 'api.test', () => {
        const secure = tls.connect({ socket, servername: 'api.test' }, () => resolve(get(https, 'https://api.test/tunnel', { createConnection: () => secure, agent: false })))
        secure.on('error', reject)
      })
    })
    const clients = {
      fetch: async () => (await fetch('https://api.test/fetch')).text(),
      plain: async () => (await fetch('http://api.test/plain')).text(),
      http: () => get(http, 'http://api.test/http'),
      https: () => get(https, 'https://api.test/https'),
      ca: () => get(https, 'https://api.test/ca', { ca: tls.rootCertificates[0], agent: false }),
      list: () => get(https, 'https://api.test/list', { ca: [Buffer.from(tls.rootCertificates[0])], agent: false }),
      context: () => get(https, 'https://api.test/context', { secureContext: tls.createSecureContext({}), agent: false }),
      http2: () => overHttp2({}),
      tunnel,
      undici: async () => (await undici.request('https://api.test/undici')).body.text(),
      axios: async () => (await axios.get('https://api.test/axios')).data,
      got: () => got('https://api.test/got').text(),
      got2: () => got('https://api.test/got2', { http2: true }).text(),
      ky: () => ky('https://api.test/ky').text(),
      nodeFetch: async () => (await nodeFetch('https://api.test/node-fetch')).text(),
      superagent: async () => (await superagent.get('https://api.test/superagent').buffer(true)).text,
    }
    for (const [name, call] of Object.entries(clients)) {
      say([name, await call().catch((error) => errorOf(error.cause ?? error))])
    }
    process.exit()
  `
    const child = new Child(scratch, control, body, { node, type: 'module' })
    expect(await child.all()).toEqual([
      ['fetch', 'api.test /fetch'],
      ['plain', 'api.test /plain'],
      ['http', 'api.test /http'],
      ['https', 'api.test /https'],
      ['ca', 'api.test /ca'],
      ['list', 'api.test /list'],
      ['context', 'api.test /context'],
      ['http2', ['api.test:443 /http2', ['https://api.test']]],
      ['tunnel', 'api.test /tunnel'],
      ['undici', 'api.test /undici'],
      ['axios', 'api.test /axios'],
      ['got', 'api.test /got'],
      ['got2', 'api.test /got2'],
      ['ky', 'api.test /ky'],
      ['nodeFetch', 'api.test /node-fetch'],
      ['superagent', 'api.test /superagent'],
    ])
    expect(control.asked.every(({ t }) => t === 'connect')).toBe(true)
  },
)

test.for(NODES)('a certificate of another authority is refused ($version)', async ({ node }, { skip }) => {
  assumeNode(node, skip)
  const scratch = new Scratch()
  await certificateFor(scratch, 'api.test')
  const port = await listen(httpsEcho(await certificateFor(scratch, 'api.test', 'other')))
  const control = await ControlStandIn.open(scratch, () => ({ to: 'gateway', port }))
  const body = `
    const tls = require('node:tls')
    const https = require('node:https')
    fetch('https://api.test/').catch(({ cause }) => {
      say(cause.code)
      https.get('https://api.test/').on('error', ({ code }) => say(code))
      // A server trusts whom the program says, and nobody else.
      say(tls.createSecureContext({}) !== tls.createSecureContext({}))
    })
  `
  const child = new Child(scratch, control, body, { node })
  expect(await child.all()).toEqual([
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    true,
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])
})

test.for(NODES)(
  'connections with the same options share a context, which stays when one is closed ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const certificate = await certificateFor(scratch, 'api.test')
    const port = await listen(httpsEcho(certificate))
    const control = await ControlStandIn.open(scratch, () => ({ to: 'gateway', port }))
    const body = `
    const tls = require('node:tls')
    const open = (options) => new Promise((resolve, reject) => {
      const socket = tls.connect({ port: 443, host: 'api.test', servername: 'api.test', ...options }, () => resolve(socket))
      socket.on('error', reject)
    })
    const contextOf = async (options) => {
      const socket = await open(options)
      const { context } = socket._tlsOptions.secureContext
      socket.destroy()
      return context
    }
    ;(async () => {
      const one = await contextOf({})
      say([one === await contextOf({}), one === await contextOf({ maxVersion: 'TLSv1.2' }), one === await contextOf({ ca: [${JSON.stringify(certificate.cert)}] })])
    })()
  `
    const child = new Child(scratch, control, body, { node })
    expect(await child.all()).toEqual([[true, false, false]])
  },
)

test('a WebSocket of ws gets to the gateway', async () => {
  const scratch = new Scratch()
  const { WebSocketServer } = await import('ws')
  const server = httpEcho()
  new WebSocketServer({ server }).on('connection', (socket, { headers }) => socket.send(String(headers.host)))
  const port = await listen(server)
  const control = await ControlStandIn.open(scratch, () => ({ to: 'gateway', port }))
  const body = `
    import WebSocket from 'ws'
    const socket = new WebSocket('ws://chat.test/room')
    socket.on('message', (data) => { say(String(data)); socket.terminate() })
  `
  expect(await new Child(scratch, control, body, { type: 'module' }).all()).toEqual(['chat.test'])
})

test.for(NODES)(
  'a client of TLS that is refused fails as Node has it fail ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const control = await ControlStandIn.open(scratch, ({ host }) => {
      if (host === 'never.test') return undefined
      return { to: 'nowhere', code: host === 'none.test' ? 'ENOTFOUND' : 'ECONNREFUSED' }
    })
    const body = `
    const https = require('node:https')
    const tls = require('node:tls')
    const failed = (options) => new Promise((resolve) => https.get(options).on('error', (error) => resolve(errorOf(error))))
    ;(async () => {
      say(await failed('https://none.test/'))
      say(await failed('https://refused.test/'))
      say(await failed({ host: '192.0.2.1', servername: 'refused.test' }))
      const socket = tls.connect(443, 'never.test')
      setImmediate(() => socket.destroy())
      socket.on('close', () => say('closed'))
      tls.connect(443, 'never.test').unref()
    })()
  `
    const refused = { errno: -111, code: 'ECONNREFUSED', syscall: 'connect', port: 443 }
    expect(await new Child(scratch, control, body, { node }).all()).toEqual([
      {
        message: 'getaddrinfo ENOTFOUND none.test',
        errno: -3008,
        code: 'ENOTFOUND',
        syscall: 'getaddrinfo',
        hostname: 'none.test',
      },
      { ...refused, message: 'connect ECONNREFUSED refused.test:443', address: 'refused.test' },
      { ...refused, message: 'connect ECONNREFUSED 192.0.2.1:443', address: '192.0.2.1' },
      'closed',
    ])
  },
)
