import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'

import { http, HttpResponse } from 'msw'
import { onTestFinished, test as plain } from 'vitest'

import { expect, test } from '../../fixtures/index.ts'
import { openHarness } from '../support/harness.ts'
import { connectionTo, listeningPorts } from './support/ports.ts'
import { pathOf } from './support/programs.ts'
import { REAL, realServer } from './support/real-server.ts'

const MOCKED = 'a handler'
const FETCH = 'fetch(process.argv[1]).then((response) => response.text()).then((text) => console.log(text))'
const SOCKET = `
import socket, sys
from urllib.parse import urlsplit
url = urlsplit(sys.argv[1])
connection = socket.create_connection((url.hostname, url.port))
connection.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')
print(connection.makefile().read().split('\\n')[-1])
`

type Command = readonly [file: string, ...args: string[]]

/** What is covered by the environment of a network, and so finds the handler at the address of a real server. */
const COVERED: Readonly<Record<string, Command>> = {
  node: [process.execPath, '-e', FETCH],
  'node, started by a shell': ['sh', '-c', '"$0" -e "$1" "$2"', process.execPath, FETCH],
  curl: ['curl', '-sS'],
}

/** What is documented not to be. */
const ESCAPES: Readonly<Record<string, Command>> = {
  'node in an empty environment': ['sh', '-c', 'env -i "$0" -e "$1" "$2"', process.execPath, FETCH],
  'curl that is told to use no proxy': ['curl', '-sS', '--noproxy', '*'],
  'a socket of Python': ['python3', '-c', SOCKET],
}

test.for(Object.entries(COVERED))('%s is answered by the test', async ([, command], { network }) => {
  const url = await realServer()
  network.use(http.get(url, () => HttpResponse.text(MOCKED)))
  expect(await outputOf(command, url, network.env)).toBe(MOCKED)
  expect(network.requests).toMatchObject([{ url, status: 200 }])
})

test.for(Object.entries(ESCAPES))('%s reaches the real server', async ([, command], { network }) => {
  const url = await realServer()
  network.use(http.get(url, () => HttpResponse.text(MOCKED)))
  expect(await outputOf(command, url, network.env)).toBe(REAL)
  expect(network.requests).toEqual([])
})

plain.skipIf(process.platform !== 'linux')('what outlives its network reaches nothing any more', async () => {
  const url = await realServer()
  const api = 'https://api.example.com/json'
  // Started before there is a test of ours, so that it is none of its processes.
  const ask = survivor()
  const before = listeningPorts()
  const harness = await openHarness()
  const network = await harness.openNetwork()
  network.use(http.get(api, () => HttpResponse.text(MOCKED)))
  ask.start(network.env)
  for (const way of ['fetch', 'curl']) expect([way, await ask.for(way, api)]).toEqual([way, MOCKED])
  expect(await ask.for('fetch', url)).toBe(REAL)
  const ports = listeningPorts().filter((port) => !before.includes(port))
  // The proxy, and what stands for the API.
  expect(ports.length).toBeGreaterThanOrEqual(2)

  await harness.close()
  expect(await ask.for('fetch', api)).toBe('ECONNREFUSED')
  expect(await ask.for('fetch', url)).toBe('ECONNREFUSED')
  // It could not connect to its proxy.
  expect(await ask.for('curl', api)).toBe('curl 7')
  for (const port of ports) {
    expect([port, await connectionTo(port)]).toEqual([port, 'ECONNREFUSED'])
    expect([port, await ask.for('socket', port)]).toEqual([port, 'ECONNREFUSED'])
  }
})

/** What the command prints, with the URL as its last argument. */
async function outputOf(
  [file, ...args]: Command,
  url: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { stdout } = await promisify(execFile)(file, [...args, url], {
    env: { PATH: process.env['PATH'], ...env },
  })
  return stdout.trim()
}

/** A program that no test has started, and that reaches for what it is asked for. It ends with the test. */
function survivor(): {
  start(env: Readonly<Record<string, string>>): void
  for(way: string, what: string | number): Promise<unknown>
} {
  const broker = fork(pathOf('broker.mjs'))
  onTestFinished(async () => {
    if (!broker.connected) return
    broker.disconnect()
    await once(broker, 'exit')
  })
  return {
    start: (env) => void broker.send({ env: { PATH: process.env['PATH'], ...env } }),
    async for(way, what) {
      broker.send({ ask: [way, what] })
      return ((await once(broker, 'message')) as [unknown])[0]
    },
  }
}
