import { describe, expect, test } from 'vitest'

import { isUrlLike, UrlPattern } from '../../src/network/url-pattern.ts'

describe('matches', () => {
  test.each([
    ['https://api.example.com/json', 'https://api.example.com/json', true],
    ['https://api.example.com/json', 'https://api.example.com/json?page=2#top', true],
    ['https://api.example.com/json', 'https://api.example.com/json/', true],
    ['https://api.example.com/json', 'https://API.example.com/JSON', true],
    ['https://api.example.com/json', 'http://api.example.com/json', false],
    ['https://api.example.com/json', 'https://api.example.com/json/1', false],
    ['https://api.example.com', 'https://api.example.com/', true],
    ['https://api.example.com:443/a', 'https://api.example.com/a', true],
    ['http://api.example.com:80/a', 'http://api.example.com/a', true],
    ['http://api.example.com:8080/a', 'http://api.example.com/a', false],
    ['https://api.example.com/*', 'https://api.example.com/a/b', true],
    ['https://api.example.com/users/:id', 'https://api.example.com/users/7', true],
    ['https://api.example.com/users/:id', 'https://api.example.com/users/7/posts', false],
    ['https://*.example.com/a', 'https://eu.example.com/a', true],
    ['https://*.example.com/a', 'https://example.com/a', false],
    ['https://api.example.com/a.b', 'https://api.example.com/aXb', false],
    ['*/health', 'http://10.0.0.1:8080/health', true],
    ['http://localhost:3000/a', 'http://localhost:3000/a', true],
    ['http://[::1]:3000/a', 'http://[::1]:3000/a', true],
    ['wss://api.example.com/ws', 'wss://api.example.com/ws', true],
    [/\/v\d+\//, 'https://api.example.com/v2/x', true],
    [/\?page/, 'https://api.example.com/?page=2', false],
  ] as const)('%s and %s: %s', (source, url, expected) => {
    expect(new UrlPattern(source).matches(url)).toBe(expected)
  })

  test('gives the same answer every time for an expression that remembers where it was', () => {
    const pattern = new UrlPattern(/example/g)
    const answers = [1, 2, 3].map(() => pattern.matches('https://example.com/'))
    expect(answers).toEqual([true, true, true])
  })
})

describe('of a destination it', () => {
  test.each([
    ['https://api.example.com/a', 'api.example.com', 443, true, true],
    ['https://api.example.com/a', 'API.example.com', 443, true, true],
    ['https://api.example.com/a', 'api.example.com', 80, false, false],
    ['https://api.example.com:8443/a', 'api.example.com', 8443, true, true],
    ['https://api.example.com:*/a', 'api.example.com', 8443, true, true],
    ['https://*.example.com/a', 'eu.example.com', 443, true, false],
    ['http://[::1]:3000/a', '::1', 3000, true, true],
    ['*/a', 'anything.example', 25, true, false],
    [/localhost/, 'anything.example', 25, true, false],
  ] as const)('%s at %s:%i may mean it: %s, names it: %s', (source, host, port, mayMean, names) => {
    const pattern = new UrlPattern(source)
    expect({ mayMean: pattern.mayMean({ host, port }), names: pattern.names({ host, port }) }).toEqual({
      mayMean,
      names,
    })
  })

  test('may mean a host at any port', () => {
    expect(new UrlPattern('https://api.example.com/a').mayMeanHost('api.example.com')).toBe(true)
    expect(new UrlPattern('https://api.example.com/a').mayMeanHost('other.example')).toBe(false)
  })
})

test.each([
  ['https://api.example.com/a', true],
  ['*/a', true],
  [/a/, true],
  ['/a', false],
  ['api.example.com', false],
  ['', false],
  [undefined, false],
])('%s can be the URL of something: %s', (value, expected) => {
  expect(isUrlLike(value)).toBe(expected)
})
