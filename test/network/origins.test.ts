import { expect, test } from 'vitest'

import { Names } from '../../src/network/names.ts'
import { isLoopback } from '../../src/network/loopback.ts'
import { Origins } from '../../src/network/origins.ts'

test.each([
  ['https://api.example.com', 'api.example.com', 443, 'tcp', true],
  ['https://api.example.com', 'api.example.com', 80, 'tcp', false],
  ['https://api.example.com/', 'API.example.com', 443, 'tcp', true],
  ['http://10.0.0.1:8080', '10.0.0.1', 8080, 'tcp', true],
  ['http://10.0.0.1:8080', '10.0.0.1', 8080, 'udp', false],
  ['tcp://db.internal:5432', 'db.internal', 5432, 'tcp', true],
  ['udp://statsd.internal:8125', 'statsd.internal', 8125, 'udp', true],
  ['udp://statsd.internal:8125', 'statsd.internal', 8125, 'tcp', false],
  ['*.example.com', 'eu.api.example.com', 25, 'tcp', true],
  ['*.example.com', 'eu.api.example.com', 25, 'udp', true],
  ['*.example.com', 'example.com', 25, 'tcp', false],
  ['db.internal', 'db.internal', 5432, 'tcp', true],
  ['db.internal:5432', 'db.internal', 5433, 'tcp', false],
  ['http://[2001:db8::1]:80', '2001:db8::1', 80, 'tcp', true],
] as const)('%s allows %s:%i by %s: %s', (origin, host, port, transport, expected) => {
  const origins = new Origins()
  origins.add(origin)
  expect(origins.allow({ host, port }, transport)).toBe(expected)
})

test.each(['https://api.example.com/path', 'ftp://example.com', '', 'http://', '::1'])(
  'refuses %s, which is no origin',
  (origin) => {
    expect(() => new Origins().add(origin)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_INVALID', option: 'origin', value: origin }),
    )
  },
)

test.each([
  ['localhost', true],
  ['LOCALHOST', true],
  ['api.localhost', true],
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['[::1]', true],
  ['::ffff:127.0.0.1', true],
  ['0.0.0.0', true],
  ['10.0.0.1', false],
  ['localhost.example.com', false],
  ['1270.0.0.1', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})

test('a name has one address, and the address one name', () => {
  const names = new Names()
  const [first, second] = [names.addressOf('a.example'), names.addressOf('b.example')]
  expect([first, second, names.addressOf('a.example')]).toEqual(['198.18.0.1', '198.18.0.2', '198.18.0.1'])
  expect([names.nameOf('198.18.0.2'), names.nameOf('198.18.0.9')]).toEqual(['b.example', '198.18.0.9'])
})
