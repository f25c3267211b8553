import { expect, test } from 'vitest'

import { FaultRules } from '../../src/network/fault-rules.ts'
import { checkNetworkFault, nameOfFault, type NetworkFault } from '../../src/network/network-fault.ts'

const URL = 'https://api.example.com/*'

test.each([
  [{}, 'says nothing that goes wrong'],
  [{ status: 99 }, 'a status of HTTP'],
  [{ status: 503, reset: true }, '`status` and `reset` cannot both be'],
  [{ reset: true, truncateAt: 3 }, '`truncateAt` needs an answer'],
  [{ reset: true, body: 'x' }, '`body` needs a `status`'],
  [{ status: 204, body: 'x' }, 'has no body, and so no `body`'],
  [{ status: 204, truncateAt: 1 }, 'has no body, and so no `truncateAt`'],
  [{ status: 200, body: 'abc', truncateAt: 3 }, 'leaves nothing out of a body of 3 bytes'],
  [{ status: 503, headers: { 'retry after': '1' } }, 'names and values that HTTP allows'],
  [{ status: 503, headers: { 'retry-after': 1 } }, 'an object of strings'],
  [{ connect: 'EPIPE' }, 'one of "ECONNREFUSED"'],
  [{ delay: -1 }, 'milliseconds'],
  [{ status: 503, times: 0 }, 'a whole number, 1 or more'],
  [{ status: 503, time: 2 }, 'times'],
  [503, 'an object such as'],
])('refuses %j: %s', (fault, words) => {
  expect(() => checkNetworkFault(fault)).toThrow(words)
})

test.each<[NetworkFault, string]>([
  [{ status: 503 }, 'network.status'],
  [{ status: 200, body: 'abc', truncateAt: 1 }, 'network.truncate'],
  [{ truncateAt: 1 }, 'network.truncate'],
  [{ reset: true, delay: 5 }, 'network.reset'],
  [{ delay: 5 }, 'network.delay'],
  [{ stall: true }, 'network.stall'],
  [{ connect: 'ENOTFOUND' }, 'network.connect'],
])('calls %j %s', (fault, name) => {
  checkNetworkFault(fault)
  expect(nameOfFault(fault)).toBe(name)
})

test('the first fault strikes until its times are over, then the next one', () => {
  const rules = new FaultRules()
  rules.add(URL, { status: 503, times: 2 })
  rules.add(URL, { reset: true, times: 1 })
  const struck = [1, 2, 3, 4].map(() => {
    const rule = rules.forRequest('https://api.example.com/a')
    rule?.strike()
    return rule?.name
  })
  expect(struck).toEqual(['network.status', 'network.status', 'network.reset', undefined])
})

test('a URL with a query is refused', () => {
  expect(() => new FaultRules().add(`${URL}?page=2`, { reset: true })).toThrow('without a query')
})

test('a fault that is cancelled strikes no more, and is not missed', () => {
  const rules = new FaultRules()
  const injection = rules.add(URL, { status: 503 })
  injection.cancel()
  expect(rules.forRequest('https://api.example.com/a')).toBeUndefined()
  expect(rules.unfired()).toBeUndefined()
})

test('a fault that never struck is named with its URL, and the error leads to where it was injected', () => {
  const rules = new FaultRules()
  rules.add(URL, { status: 503 })
  rules.add(URL, { reset: true, optional: true })
  const error = rules.unfired()
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNFIRED', faults: [{ fault: 'network.status', url: URL }] })
  expect(error?.stack?.split('\n').find((line) => line.includes(' at '))).toContain('network-fault.test.ts')
})

test('faults of connections are for connections, by scheme, host and port alone', () => {
  const rules = new FaultRules()
  rules.add('https://api.example.com/only/this', { connect: 'ECONNREFUSED' })
  expect(rules.forRequest('https://api.example.com/only/this')).toBeUndefined()
  expect(rules.forConnection({ host: 'api.example.com', port: 443 })?.name).toBe('network.connect')
  expect(rules.forConnection({ host: 'api.example.com', port: 80 })).toBeUndefined()
  expect(rules.forName('api.example.com')).toBeUndefined()
})

test('a name that is not to be found is not', () => {
  const rules = new FaultRules()
  rules.add('https://api.example.com/*', { connect: 'ENOTFOUND' })
  expect(rules.forName('api.example.com')?.name).toBe('network.connect')
})
