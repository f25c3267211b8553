import { expect, test } from 'vitest'

import { Scratch } from '../../support/scratch.ts'
import { ControlStandIn } from '../support/control.ts'
import { assumeNode, Child, NODES } from './child.ts'
import { listen, tcpEcho } from './server.ts'

test.for(NODES)(
  'every way to call connect asks once, with host and port ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const port = await listen(tcpEcho())
    const control = await ControlStandIn.open(scratch, () => ({ to: 'gateway', port }))
    const body = `
    import net, { connect } from 'node:net'
    const used = (make) => new Promise((resolve, reject) => {
      const socket = make()
      socket.on('error', reject)
      socket.end('hello')
      let text = '', port
      socket.on('connect', () => (port = socket.remotePort))
      socket.setEncoding('utf8').on('data', (more) => (text += more)).on('end', () => resolve([text, port]))
    })
    say(await used(() => connect(81, 'one.test')))
    say(await used(() => connect({ port: '82', host: 'two.test' })))
    say(await used(() => net.createConnection({ port: 83, host: '192.0.2.1' })))
    say(await used(() => new net.Socket().connect(84, '2001:db8::1', () => {})))
    say(await used(() => connect(85)))
    say(await used(() => connect({ port: 86, host: 'three.test', autoSelectFamily: true })))
    say(await used(() => connect({ port: 87, host: '192.0.2.1', localAddress: '127.0.0.1', localPort: ${port} })))
    say(await used(() => connect({ port: 88, host: 'four.test', family: 6, lookup: () => { throw new Error() } })))
  `
    const child = new Child(scratch, control, body, { node, type: 'module' })
    expect(await child.all()).toEqual([81, 82, 83, 84, 85, 86, 87, 88].map((wanted) => ['hello', wanted]))
    expect(control.asked.map((asked) => [asked.t, asked.host, 'port' in asked && asked.port])).toEqual([
      ['connect', 'one.test', 81],
      ['connect', 'two.test', 82],
      ['connect', '192.0.2.1', 83],
      ['connect', '2001:db8::1', 84],
      ['connect', 'localhost', 85],
      ['connect', 'three.test', 86],
      ['connect', '192.0.2.1', 87],
      ['connect', 'four.test', 88],
    ])
  },
)

test.for(NODES)(
  'a direct connection is made with the arguments of the program ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const port = await listen(tcpEcho())
    const control = await ControlStandIn.open(scratch, () => ({ to: 'direct' }))
    const body = `
    const net = require('node:net')
    const lookup = (host, options, callback) => {
      say([host, options.all === true])
      process.nextTick(callback, null, ...(options.all ? [[{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }]] : ['127.0.0.1', 4]))
    }
    const one = net.connect({ port: ${port}, host: 'one.test', lookup, autoSelectFamily: true }, () => {
      say([one.remoteAddress, one.remotePort === ${port}])
      one.destroy()
      const two = net.connect({ port: ${port}, host: '127.0.0.1', localAddress: '127.0.0.2' }, () => {
        say(two.localAddress)
        two.destroy()
        const three = net.connect({ port: ${port}, host: 'localhost', family: 4 }, () => three.destroy())
      })
    })
  `
    const child = new Child(scratch, control, body, { node })
    expect(await child.all()).toEqual([['one.test', true], ['127.0.0.1', true], '127.0.0.2'])
    expect(control.asked.map(({ t, host }) => [t, host])).toEqual([
      ['connect', 'one.test'],
      ['connect', '127.0.0.1'],
      ['connect', 'localhost'],
    ])
  },
)

test('the name of a direct connection is looked up without another question', async () => {
  const scratch = new Scratch()
  const control = await ControlStandIn.open(scratch, ({ t }) =>
    t === 'connect' ? { to: 'direct' } : { to: 'nowhere', code: 'ENOTFOUND' },
  )
  const body = `
    const name = require('node:os').hostname()
    require('node:net').connect(1, name).on('lookup', () => say(name)).on('error', () => {})
  `
  const names = new Set(await new Child(scratch, control, body).all())
  expect(control.asked).toEqual([{ t: 'connect', n: 1, host: [...names][0], port: 1 }])
})

test.for(NODES)(
  'a connection that leads nowhere fails with the error of Node ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const codes = ['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNRESET']
    const control = await ControlStandIn.open(scratch, ({ host }) => {
      const name = host.split('.')[0] ?? ''
      if (host === '192.0.2.1') return { to: 'nowhere', code: 'ECONNREFUSED' }
      return { to: 'nowhere', code: name.toUpperCase() }
    })
    const body = `
    const net = require('node:net')
    const fail = (host) => new Promise((resolve) => {
      const socket = net.connect(80, host)
      const { connecting } = socket
      socket.on('error', (error) => resolve([error.name, errorOf(error), connecting, socket.connecting]))
    })
    ;(async () => {
      for (const host of ['192.0.2.1', ...${JSON.stringify(codes)}.map((code) => code.toLowerCase() + '.test'), 'enotfound.test', 'eai_again.test']) say(await fail(host))
    })()
  `
    const child = new Child(scratch, control, body, { node })
    const connect = (code: string, errno: unknown, address: string): unknown => [
      'Error',
      { message: `connect ${code} ${address}:80`, errno, code, syscall: 'connect', address, port: 80 },
      true,
      false,
    ]
    const name = (code: string, errno: number, hostname: string): unknown => [
      'Error',
      { message: `getaddrinfo ${code} ${hostname}`, errno, code, syscall: 'getaddrinfo', hostname },
      true,
      false,
    ]
    expect(await child.all()).toEqual([
      connect('ECONNREFUSED', -111, '192.0.2.1'),
      ...codes.map((code) => connect(code, expect.any(Number), `${code.toLowerCase()}.test`)),
      name('ENOTFOUND', -3008, 'enotfound.test'),
      name('EAI_AGAIN', -3001, 'eai_again.test'),
    ])
  },
)

test.for(NODES)(
  'a socket is what Node makes of it while the answer is out ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const port = await listen(tcpEcho())
    const control = await ControlStandIn.open(scratch, ({ host }) =>
      host.startsWith('never') ? undefined : { to: 'gateway', port },
    )
    const body = `
    const net = require('node:net')
    const { once } = require('node:events')
    ;(async () => {
      const socket = new net.Socket({ onread: undefined, allowHalfOpen: true })
      socket.setNoDelay(true).setKeepAlive(true).setTimeout(60_000)
      socket.connect(80, 'one.test')
      say([socket.connecting, socket.pending, socket.readyState, socket.write('a')])
      socket.end('b')
      say([Buffer.concat(await socket.toArray()).toString(), socket.timeout])
      socket.destroy()
      await once(socket, 'close')
      socket.connect(80, 'again.test')
      await once(socket, 'connect')
      socket.destroy()

      const gone = net.connect(80, 'never.test')
      gone.on('connect', () => say('connected')).destroy()
      await once(gone, 'close')
      const controller = new AbortController()
      const aborted = net.connect({ port: 80, host: 'never.test', signal: controller.signal })
      controller.abort()
      say((await once(aborted, 'error'))[0].name)
      const slow = net.connect({ port: 80, host: 'never.test', timeout: 20 })
      await once(slow, 'timeout')
      say(slow.connecting)
      slow.destroy()
      for (const [options, host] of [[{}, 'never.test'], [{}, '192.0.2.7']]) {
        try { net.connect({ port: 80_000, host }) } catch (error) { say(error.code) }
      }
      try { net.connect({ host: 'one.test' }) } catch (error) { say(error.code) }
      net.connect(80, 'never.test').unref()
    })()
  `
    const child = new Child(scratch, control, body, { node })
    expect(await child.all()).toEqual([
      [true, true, 'opening', true],
      ['ab', 60_000],
      'AbortError',
      true,
      'ERR_SOCKET_BAD_PORT',
      'ERR_SOCKET_BAD_PORT',
      'ERR_MISSING_ARGS',
    ])
  },
)

test('an answer that comes when the socket has been connected anew is not taken for the new one', async () => {
  const scratch = new Scratch()
  const port = await listen(tcpEcho())
  const control = await ControlStandIn.open(scratch, async ({ host }) => {
    if (host !== 'first.test') return { to: 'gateway', port }
    await control.questions(2)
    return { to: 'nowhere', code: 'ECONNREFUSED' }
  })
  const body = `
    const net = require('node:net')
    const socket = net.connect(80, 'first.test')
    socket.destroy()
    socket.once('close', () => {
      socket.connect(81, 'second.test', () => {
        say(socket.remotePort)
        socket.destroy()
      })
    })
  `
  expect(await new Child(scratch, control, body).all()).toEqual([81])
})

test('500 connections at once each get the answer to their own question', async () => {
  const scratch = new Scratch()
  const port = await listen(tcpEcho())
  const control = await ControlStandIn.open(scratch, (asked) =>
    'port' in asked && asked.port % 2 === 0 ? { to: 'gateway', port } : { to: 'nowhere', code: 'ETIMEDOUT' },
  )
  const body = `
    const net = require('node:net')
    const { AsyncLocalStorage } = require('node:async_hooks')
    const store = new AsyncLocalStorage()
    Promise.all(Array.from({ length: 500 }, (_, i) => store.run(i, () => new Promise((resolve) => {
      const socket = net.connect(1000 + i, i % 3 ? 'one.test' : '192.0.2.1')
      const end = (what) => { resolve(what === i % 2 && store.getStore() === i); socket.destroy() }
      socket.on('connect', () => end(0)).on('error', () => end(1))
    })))).then((all) => say(all.filter(Boolean).length))
  `
  expect(await new Child(scratch, control, body).all()).toEqual([500])
  expect(control.asked).toHaveLength(500)
  expect(control.hellos).toHaveLength(1)
})

test('pipes are connected without a question', async () => {
  const scratch = new Scratch()
  const control = await ControlStandIn.open(scratch, () => ({ to: 'direct' }))
  const body = `
    const net = require('node:net')
    const path = ${JSON.stringify(scratch.path('pipe'))}
    const server = net.createServer((socket) => socket.end('pipe')).listen(path, () => {
      net.connect(path).on('data', (data) => {
        say(String(data))
        net.connect({ path }).on('data', (data) => { say(String(data)); server.close() })
      })
    })
  `
  expect(await new Child(scratch, control, body).all()).toEqual(['pipe', 'pipe'])
  expect(control.hellos).toEqual([])
})
