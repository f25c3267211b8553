import { createHash, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import { Gates } from '../support/gates.ts'
import type { Msw, MswHandler } from '../support/mock-service-worker.ts'

const API = 'https://api.example.com'

/** What answers the checks. Clients and handlers meet at gates, whose names are in the clients' URLs. */
export function checkHandlers(msw: Msw): readonly MswHandler[] {
  return [...documents(msw), ...bodies(msw), ...conversations(msw, new Gates()), ...services(msw)]
}

function documents({ http, HttpResponse }: Msw): MswHandler[] {
  const json = () => HttpResponse.json({ ok: 1 })
  return [
    http.head(`${API}/json`, () => new HttpResponse(null, { headers: { 'x-method': 'HEAD' } })),
    http.get(`${API}/json`, json),
    http.get('http://api.example.com/json', json),
    http.get(`${API}/204`, () => new HttpResponse(null, { status: 204 })),
    http.get(`${API}/redirect`, () => HttpResponse.redirect(`${API}/json`, 302)),
    http.get(`${API}/cookies`, () => {
      const headers = new Headers()
      headers.append('set-cookie', 'a=1')
      headers.append('set-cookie', 'b=2')
      return HttpResponse.text('two cookies', { headers })
    }),
    http.get(`${API}/error`, () => HttpResponse.error()),
  ]
}

function bodies({ http, HttpResponse }: Msw): MswHandler[] {
  return [
    http.post(`${API}/echo`, async ({ request }) => HttpResponse.text(`POST:${await request.text()}`)),
    http.post(`${API}/digest`, async ({ request }) =>
      HttpResponse.text(digest(Buffer.from(await request.arrayBuffer()))),
    ),
    http.get(`${API}/bytes`, () => {
      const bytes = randomBytes(1024 * 1024)
      return HttpResponse.arrayBuffer(bytes.buffer, { headers: { 'x-digest': digest(bytes) } })
    }),
    http.get(
      `${API}/gzip`,
      () => new HttpResponse(gzipSync('zipped'), { headers: { 'content-encoding': 'gzip' } }),
    ),
  ]
}

function conversations({ http, ws, HttpResponse, delay }: Msw, gates: Gates): MswHandler[] {
  const gateOf = (request: { readonly url: string }) => new URL(request.url).searchParams.get('gate') ?? ''
  return [
    http.post(`${API}/gates/:name`, ({ params }) => {
      gates.open(String(params['name']))
      return new HttpResponse(null, { status: 204 })
    }),
    http.get(`${API}/gates/:name`, async ({ params }) => {
      await gates.passed(String(params['name']))
      return new HttpResponse(null, { status: 204 })
    }),
    http.get(`${API}/pieces`, ({ request }) => new HttpResponse(inPieces(gates.passed(gateOf(request))))),
    http.post(`${API}/upload`, async ({ request }) => {
      const pieces: Uint8Array[] = []
      for await (const piece of request.body ?? []) {
        pieces.push(piece)
        gates.open(gateOf(request))
      }
      return HttpResponse.text(`POST:${Buffer.concat(pieces).toString()}`)
    }),
    http.get(`${API}/never/:client`, async ({ request }) => {
      gates.open(gateOf(request))
      await delay('infinite')
    }),
    http.get(`${API}/delayed`, async () => {
      await delay(300)
      return HttpResponse.json({ ok: 1 })
    }),
    ws.link('wss://api.example.com/socket').addEventListener('connection', ({ client }) => {
      client.addEventListener('message', ({ data }) => client.send(`echo:${String(data)}`))
    }),
  ]
}

function services({ http, HttpResponse }: Msw): MswHandler[] {
  return [
    http.post(`${API}/v1/chat/completions`, () => {
      const events = ['hel', 'lo'].map((content) => ({ choices: [{ index: 0, delta: { content } }] }))
      const lines = [...events.map((event) => JSON.stringify(event)), '[DONE]']
      return new HttpResponse(lines.map((line) => `data: ${line}\n\n`).join(''), {
        headers: { 'content-type': 'text/event-stream' },
      })
    }),
    http.post(`${API}/v1/messages`, () =>
      HttpResponse.json({
        id: 'any',
        type: 'message',
        role: 'assistant',
        model: 'any',
        content: [{ type: 'text', text: 'hello' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 1, output_tokens: 1 },
      }),
    ),
    http.get(`${API}/repository.git/info/refs`, () =>
      HttpResponse.text(REFERENCES, {
        headers: { 'content-type': 'application/x-git-upload-pack-advertisement' },
      }),
    ),
  ]
}

/** What a git server says first, of a repository with one branch: see gitprotocol-http(5). */
const REFERENCES = [
  line('# service=git-upload-pack\n'),
  '0000',
  line(`${'1'.repeat(40)} refs/heads/main\0agent=none\n`),
  '0000',
].join('')

function line(text: string): string {
  return (text.length + 4).toString(16).padStart(4, '0') + text
}

/** `one` at once, and `two` when the client has it. */
function inPieces(seen: Promise<void>): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder()
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(bytes.encode('one'))
      await seen
      controller.enqueue(bytes.encode('two'))
      controller.close()
    },
  })
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
