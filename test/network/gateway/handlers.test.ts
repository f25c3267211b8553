import * as msw2 from 'msw'
import * as msw3 from 'msw3'
import { expect, test } from 'vitest'

import { deferred } from '../../../src/wait.ts'
import { ask, open } from '../support/gateway.ts'

interface Handler {
  run(args: { request: Request; requestId: string }): Promise<{ response?: Response } | null>
}

interface Resolved {
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
}

interface Library {
  readonly http: { post(path: string, resolver: (info: Resolved) => Promise<Response>): Handler }
  readonly HttpResponse: { json(body: unknown, init?: ResponseInit): Response }
}

const majors = [
  { major: 'msw 2', library: msw2 as unknown as Library },
  { major: 'msw 3', library: msw3 as unknown as Library },
]

test.each(majors)(
  'a handler of $major answers a request as it comes from the gateway',
  async ({ library }) => {
    const { http, HttpResponse } = library
    const { answerer, preload, ca } = await open()
    const handler = http.post('https://api.test/users/:id', async ({ request, params }) =>
      HttpResponse.json(
        { id: params['id'], sent: await request.json(), aborted: request.signal.aborted },
        { status: 201 },
      ),
    )
    const failure = deferred<unknown>()
    answerer.onRequest = async (exchange) => {
      const result = await handler.run({ request: exchange.request, requestId: '1' }).catch(failure.resolve)
      await exchange.respond((result as { response: Response }).response)
    }
    const reply = await ask(await preload.portFor('api.test', 443), {
      ca,
      servername: 'api.test',
      path: '/users/7',
      method: 'POST',
      headers: { host: 'api.test', 'content-type': 'application/json' },
      body: '{"name":"x"}',
    })
    expect(reply.status).toBe(201)
    expect(JSON.parse(reply.body.toString())).toEqual({ id: '7', sent: { name: 'x' }, aborted: false })
  },
)
