import { expect, test } from 'vitest'

import { Scratch } from '../../support/scratch.ts'
import { ControlStandIn } from '../support/control.ts'
import { assumeNode, Child, NODES } from './child.ts'
import { httpEcho, listen, tcpEcho } from './server.ts'

test.for(NODES)(
  'nothing is loaded or connected before it is needed, and nothing holds the process ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const control = await ControlStandIn.open(scratch, () => ({ to: 'nowhere', code: 'ECONNREFUSED' }))
    const bare = `require('node:fs').writeSync(1, JSON.stringify(process.moduleLoadList.filter((name) => /^NativeModule (net|dns|tls|dgram|child_process|worker_threads|http)$/.test(name))) + '\\n')`
    expect(await new Child(scratch, control, bare, { node }).all()).toEqual([[]])
    expect(control.hellos).toEqual([])
    const once = `
    const net = require('node:net')
    net.connect(80, 'one.test').on('error', ({ code }) => say(code))
  `
    expect(await new Child(scratch, control, once, { node }).all()).toEqual(['ECONNREFUSED'])
    expect(control.hellos).toHaveLength(1)
  },
)

test.for(NODES)(
  'a process whose test cannot be reached reaches nothing, and says why ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const port = await listen(tcpEcho())
    const control = await ControlStandIn.open(scratch, () => undefined)
    const body = `
    const net = require('node:net')
    const fail = (port, host) => new Promise((resolve) => net.connect(port, host).on('error', (error) => resolve(errorOf(error))))
    ;(async () => {
      const { message, ...rest } = await fail(${port}, '127.0.0.1')
      say(rest)
      say(message)
      say((await fail(80, 'one.test')).code)
      say((await require('node:dns').promises.lookup('one.test').catch(errorOf)).code)
      say((await require('node:dns').promises.resolveMx('one.test').catch(errorOf)).code)
      require('node:dgram').createSocket('udp4').send('a', 9, '192.0.2.1', ({ code }) => say(code))
    })()
  `
    const child = new Child(scratch, control, body, { node })
    await control.questions(1)
    await control.close()
    expect(await child.all()).toEqual([
      { errno: -111, code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port },
      expect.stringMatching(
        /^connect ECONNREFUSED 127\.0\.0\.1:\d+ \(the network of its test, at .*control\.net, does not answer: /,
      ),
      'ECONNREFUSED',
      'ENOTFOUND',
      'ENOTFOUND',
      'ECONNREFUSED',
    ])
    expect(control.asked).toHaveLength(1)
  },
)

test('what is not an answer ends the network of the process, in words', async () => {
  const scratch = new Scratch()
  const control = await ControlStandIn.open(scratch, () => {
    for (const socket of control.connections) socket.write('what?\n')
    return undefined
  })
  const body = `require('node:net').connect(80, 'one.test').on('error', ({ message }) => say(message))`
  expect(await new Child(scratch, control, body).all()).toEqual([
    expect.stringMatching(
      /^connect ECONNREFUSED one\.test:80 \(the network of its test, .*: it said "what\?": .*JSON/,
    ),
  ])
})

test('what the program does to Node afterwards does not reach the way to the test', async () => {
  const scratch = new Scratch()
  const port = await listen(httpEcho())
  const control = await ControlStandIn.open(scratch, () => ({ to: 'gateway', port }))
  const body = `
    const net = require('node:net')
    const { connect } = net.Socket.prototype
    const seen = []
    net.Socket.prototype.connect = function (...args) {
      seen.push(stringify(args[0][0] ?? args[0]).includes('control.net'))
      return connect.apply(this, args)
    }
    net.Socket.prototype.write = ((write) => function (...args) { return write.apply(this, args) })(net.Socket.prototype.write)
    const { stringify } = JSON
    const FakeTimers = require('@sinonjs/fake-timers')
    const clock = FakeTimers.install({ toFake: ['setTimeout', 'setInterval', 'setImmediate', 'Date', 'performance'] })
    JSON.parse = JSON.stringify = () => { throw new Error('not yours') }
    process.getBuiltinModule = () => { throw new Error('not yours') }
    require('node:http').get('http://one.test/', (response) => {
      response.resume().on('end', () => process.stdout.write('[' + [response.statusCode, seen.length, seen.includes(true)] + ']\\n', () => process.exit()))
    })
  `
  expect(await new Child(scratch, control, body).all()).toEqual([[200, 1, false]])
})
