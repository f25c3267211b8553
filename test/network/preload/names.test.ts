import { expect, test } from 'vitest'

import { Scratch } from '../../support/scratch.ts'
import { ControlStandIn } from '../support/control.ts'
import { assumeNode, Child, NODES } from './child.ts'

test.for(NODES)(
  'names are looked up in the test, in every way that Node has ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const control = await ControlStandIn.open(scratch, ({ host }) => {
      if (host === 'none.test') return { to: 'nowhere', code: 'ENOTFOUND' }
      return host === 'again.test'
        ? { to: 'nowhere', code: 'EAI_AGAIN' }
        : { to: 'gateway', address: '127.0.0.1' }
    })
    const body = `
    import dns, { lookup as lookupCallback, V4MAPPED } from 'node:dns'
    import { lookup, resolve4, Resolver } from 'node:dns/promises'
    import { promisify } from 'node:util'
    const tell = async (promise) => say(await Promise.resolve(promise).catch(errorOf))
    await tell(lookup('one.test'))
    await tell(lookup('one.test', { all: true }))
    await tell(lookup('one.test', 6))
    await tell(lookup('one.test', { family: 6, hints: V4MAPPED }))
    await tell(promisify(lookupCallback)('one.test', { family: 4 }))
    await tell(new Promise((resolve) => lookupCallback('one.test', (...all) => resolve(all))))
    await tell(lookup('none.test'))
    await tell(promisify(dns.lookup)('again.test'))
    await tell(resolve4('one.test'))
    await tell(dns.promises.resolve('one.test', 'AAAA'))
    await tell(new Resolver().resolve4('one.test', { ttl: true }))
    await tell(promisify(dns.resolveMx)('one.test'))
    await tell(promisify(dns.resolve)('one.test'))
    await tell(new dns.promises.Resolver().resolveTxt('none.test'))
    await tell(dns.promises.resolveSrv('again.test'))
    await tell(new Promise((resolve) => new dns.Resolver().resolve6('one.test', (error) => resolve(errorOf(error)))))
    await tell(lookup('127.0.0.1'))
    await tell(lookup('localhost', 4))
    try { lookupCallback('one.test', { family: 9 }, () => {}) } catch ({ code }) { say(code) }
  `
    const child = new Child(scratch, control, body, { node, type: 'module' })
    const found = { address: '127.0.0.1', family: 4 }
    const lookup = (code: string, errno: number, hostname: string): unknown => ({
      message: `getaddrinfo ${code} ${hostname}`,
      errno,
      code,
      syscall: 'getaddrinfo',
      hostname,
    })
    const query = (syscall: string, code: string, hostname: string): unknown => ({
      message: `${syscall} ${code} ${hostname}`,
      code,
      syscall,
      hostname,
    })
    expect(await child.all()).toEqual([
      found,
      [found],
      lookup('ENOTFOUND', -3008, 'one.test'),
      { address: '::ffff:127.0.0.1', family: 6 },
      found,
      [null, '127.0.0.1', 4],
      lookup('ENOTFOUND', -3008, 'none.test'),
      lookup('EAI_AGAIN', -3001, 'again.test'),
      ['127.0.0.1'],
      query('queryAaaa', 'ENODATA', 'one.test'),
      [{ address: '127.0.0.1', ttl: 0 }],
      query('queryMx', 'ENODATA', 'one.test'),
      ['127.0.0.1'],
      query('queryTxt', 'ENOTFOUND', 'none.test'),
      query('querySrv', 'ETIMEOUT', 'again.test'),
      query('queryAaaa', 'ENODATA', 'one.test'),
      found,
      found,
      'ERR_INVALID_ARG_VALUE',
    ])
    expect(control.asked.every(({ t, host }) => t === 'lookup' && host.endsWith('.test'))).toBe(true)
    expect(control.asked).toHaveLength(16)
  },
)

test.for(NODES)('a datagram leaves if the test lets it ($version)', async ({ node }, { skip }) => {
  assumeNode(node, skip)
  const scratch = new Scratch()
  const control = await ControlStandIn.open(scratch, ({ host }) =>
    host.startsWith('192.0.2.') ? { to: 'nowhere', code: 'ECONNREFUSED' } : { to: 'direct' },
  )
  const body = `
    import dgram, { createSocket } from 'node:dgram'
    import { once } from 'node:events'
    const server = createSocket('udp4').bind(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address()
    const socket = createSocket('udp4')
    socket.send('a', port, '127.0.0.1')
    say(String((await once(server, 'message'))[0]))
    socket.send('b', port, '0.0.0.0')
    say(String((await once(server, 'message'))[0]))
    socket.send(Buffer.from('xcx'), 1, 1, port, '0.0.0.0', () => {})
    say(String((await once(server, 'message'))[0]))
    await new Promise((resolve) => socket.send('d', 99, '192.0.2.1', (error) => resolve(say(errorOf(error)))))
    socket.send('e', 0, 1, 99, '192.0.2.2')
    say((await once(socket, 'error'))[0].message)
    const connected = createSocket('udp4')
    connected.connect(98, '192.0.2.3')
    say((await once(connected, 'error'))[0].message)
    connected.connect(port)
    await once(connected, 'connect')
    connected.send('f')
    say(String((await once(server, 'message'))[0]))
    for (const each of [server, socket, connected]) each.close()
  `
  const child = new Child(scratch, control, body, { node, type: 'module' })
  const refused = { errno: -111, code: 'ECONNREFUSED', syscall: 'send', address: '192.0.2.1', port: 99 }
  expect(await child.all()).toEqual([
    'a',
    'b',
    'c',
    { message: 'send ECONNREFUSED 192.0.2.1:99', ...refused },
    'send ECONNREFUSED 192.0.2.2:99',
    'connect ECONNREFUSED 192.0.2.3:98',
    'f',
  ])
  expect(control.asked.map(({ t, host }) => [t, host])).toEqual([
    ['datagram', '0.0.0.0'],
    ['datagram', '192.0.2.1'],
    ['datagram', '192.0.2.2'],
    ['datagram', '192.0.2.3'],
  ])
})
