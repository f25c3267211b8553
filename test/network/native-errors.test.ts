import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { http, HttpResponse } from 'msw'

import { expect, test } from '../../fixtures/index.ts'
import { pathOf } from './support/programs.ts'

const URL = 'https://api.example.com/document'

/** The `fetch` of Node 26 speaks HTTP/2. */
const BROKEN_STREAM = Number(process.versions.node.split('.')[0]) >= 26 ? 'ERR_HTTP2_STREAM_ERROR' : undefined

/** What each client says of a fault. curl says it by its exit code, and hears of connections what its proxy says. */
const FAULTS = [
  { fault: { status: 503 }, fetch: '503', https: '503', curl: '' },
  {
    fault: { reset: true },
    fetch: BROKEN_STREAM ?? 'ECONNRESET read',
    https: 'ECONNRESET read',
    curl: 'curl 56',
  },
  {
    fault: { truncateAt: 3 },
    fetch: BROKEN_STREAM ?? 'UND_ERR_SOCKET',
    https: 'ECONNRESET',
    curl: 'curl 18',
  },
  { fault: { connect: 'ECONNREFUSED' }, fetch: 'ECONNREFUSED connect', https: 'ECONNREFUSED connect' },
  { fault: { connect: 'ETIMEDOUT' }, fetch: 'ETIMEDOUT connect', https: 'ETIMEDOUT connect' },
  { fault: { connect: 'ENOTFOUND' }, fetch: 'ENOTFOUND getaddrinfo', https: 'ENOTFOUND getaddrinfo' },
  { fault: { connect: 'EAI_AGAIN' }, fetch: 'EAI_AGAIN getaddrinfo', https: 'EAI_AGAIN getaddrinfo' },
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
