import { expect, test } from 'vitest'

import { networkEnvironment, withNetwork } from '../../src/network/environment.ts'
import { requiring } from '../../src/preload/node-options.ts'

const PLACE = { preloadFile: '/run/t1.network.cjs', caBundle: '/run/bundle.pem', proxyPort: 8080 }

test('NODE_OPTIONS name the preload first, once, and keep what else they say', () => {
  const file = '/run/t1.network.cjs'
  expect(requiring(file)).toBe('--require /run/t1.network.cjs')
  expect(requiring(file, '--no-warnings')).toBe('--require /run/t1.network.cjs --no-warnings')
  const once = requiring(file, '--no-warnings')
  expect(requiring(file, once)).toBe(once)
})

test('a path with spaces, quotes and backslashes is quoted as Node reads it', () => {
  expect(requiring(String.raw`/a b/"c"\d.cjs`)).toBe(String.raw`--require "/a b/\"c\"\\d.cjs"`)
})

test('who a child is stands in the URL of its proxy', () => {
  const proxies = [{}, { agent: 'web' }, { agent: 'web', mark: 'x.1' }, { mark: 'x.2' }].map(
    (user) => networkEnvironment(PLACE, user)['https_proxy'],
  )
  expect(proxies).toEqual([
    'http://127.0.0.1:8080',
    'http://web:@127.0.0.1:8080',
    'http://web:x.1@127.0.0.1:8080',
    'http://:x.2@127.0.0.1:8080',
  ])
})

test('a child has what it is given over the network, and the network over what it inherits', () => {
  const inherited = { PATH: '/bin', HTTP_PROXY: 'http://corporate:3128', NODE_OPTIONS: '--inherited' }
  const network = networkEnvironment(PLACE)
  expect(withNetwork(inherited, network, {})).toMatchObject({
    PATH: '/bin',
    HTTP_PROXY: 'http://127.0.0.1:8080',
    NO_PROXY: '',
    SSL_CERT_FILE: '/run/bundle.pem',
    NODE_OPTIONS: '--require /run/t1.network.cjs --inherited',
  })
  const own = { SSL_CERT_FILE: '/own.pem', NODE_OPTIONS: '--own' }
  expect(withNetwork(inherited, network, own)).toMatchObject({
    SSL_CERT_FILE: '/own.pem',
    NODE_OPTIONS: '--require /run/t1.network.cjs --own',
  })
})
