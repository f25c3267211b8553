import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { http, HttpResponse } from 'msw'

import { expect, test } from '../../fixtures/index.ts'
import { pathOf } from './support/programs.ts'

const URL = 'https://api.example.com/document'

/** Node's own `fetch` speaks HTTP/2, where it can, from this version on. */
const HTTP2_OF_FETCH = 26
const cut =
  Number.parseInt(process.versions.node, 10) < HTTP2_OF_FETCH ? 'UND_ERR_SOCKET' : 'ERR_HTTP2_STREAM_ERROR'

const REFUSED = 'ECONNREFUSED connect'
const TIMED_OUT = 'ETIMEDOUT connect'
const NOT_FOUND = 'ENOTFOUND getaddrinfo'
const AGAIN = 'EAI_AGAIN getaddrinfo'
const RESET = 'ECONNRESET read'

/** What each client says of a fault. curl says it by its exit code, and hears of connections what its proxy says. */
const FAULTS = [
  { fault: { status: 503 }, fetch: '503', https: '503', http2: '503', curl: '' },
  { fault: { reset: true }, fetch: RESET, https: RESET, http2: RESET, curl: 'curl 56' },
  {
    fault: { truncateAt: 3 },
    fetch: cut,
    https: 'ECONNRESET',
    http2: 'ERR_HTTP2_STREAM_ERROR',
    curl: 'curl 18',
  },
  { fault: { connect: 'ECONNREFUSED' }, fetch: REFUSED, https: REFUSED, http2: REFUSED },
  { fault: { connect: 'ETIMEDOUT' }, fetch: TIMED_OUT, https: TIMED_OUT, http2: TIMED_OUT },
  { fault: { connect: 'ENOTFOUND' }, fetch: NOT_FOUND, https: NOT_FOUND, http2: NOT_FOUND },
  { fault: { connect: 'EAI_AGAIN' }, fetch: AGAIN, https: AGAIN, http2: AGAIN },
] as const

const cases = FAULTS.flatMap(({ fault, ...clients }) =>
  Object.entries(clients).map(
    ([client, said]) =>
      [`${JSON.stringify(fault)} is to ${client}: ${said}`, { fault, client, said }] as const,
  ),
)

test.for(cases)('%s', async ([, { fault, client, said }], { network }) => {
  network.use(http.get(URL, () => HttpResponse.text('a whole document')))
  network.fail(URL, { ...fault, times: 1 })
  expect(await ask(client, network.env)).toBe(said)
  expect(await ask(client, network.env)).toBe(client === 'curl' ? 'a whole document' : '200 a whole document')
})

/** What the client says when it has asked. */
async function ask(client: string, network: Readonly<Record<string, string>>): Promise<string> {
  const env = { PATH: process.env['PATH'], ...network }
  const run = promisify(execFile)
  if (client === 'curl') {
    return run('curl', ['-sS', '--http1.1', URL], { env }).then(
      ({ stdout }) => stdout,
      ({ code }: { code: unknown }) => `curl ${String(code)}`,
    )
  }
  return (await run(process.execPath, [pathOf('client.mjs'), client, URL], { env })).stdout.trim()
}
