import * as msw2 from 'msw'
import { graphql, HttpResponse } from 'msw'
import * as msw3 from 'msw3'
import { describe, expect, test } from 'vitest'

import { Handlers, type NetworkHandler } from '../../src/network/handlers.ts'

/** What these tests use of MSW, which its majors have in common. */
type Msw = Pick<typeof msw2, 'http' | 'HttpResponse' | 'passthrough' | 'ws'>

const URL = 'https://api.example.com/a'

async function answerOf(handlers: Handlers, url = URL): Promise<string> {
  const answer = await handlers.answer(new Request(url))
  return answer.by === 'handler' ? await answer.response.text() : answer.by
}

describe.each([
  ['2', msw2],
  ['3', msw3 as unknown as Msw],
])('handlers of MSW %s', (_major, { http, HttpResponse, passthrough, ws }: Msw) => {
  function handlersOf(...handlers: NetworkHandler[]): Handlers {
    const all = new Handlers()
    all.use(handlers)
    return all
  }

  test('answer what they match, and nothing else', async () => {
    const handlers = handlersOf(http.get(URL, () => HttpResponse.text('a')))
    expect([await answerOf(handlers), await answerOf(handlers, `${URL}/b`)]).toEqual(['a', 'nobody'])
  })

  test('are asked only for what their origin may mean, by whatever name it is called', async () => {
    const ask = async (origin: string, url: string): Promise<number> => {
      const handler = http.get(`${origin}/*`, () => HttpResponse.text('a'))
      const { run } = handler as { run: (...args: never[]) => unknown }
      let asked = 0
      Object.assign(handler, { run: (...args: never[]) => (asked++, Reflect.apply(run, handler, args)) })
      const answer = await answerOf(handlersOf(handler), url)
      expect(answer).toBe(asked ? 'a' : 'nobody')
      return asked
    }
    expect(await ask('https://api.example.com', 'https://API.example.com:443/a?b')).toBe(1)
    expect(await ask('*://*.example.com', 'http://api.example.com/a')).toBe(1)
    expect(await ask('https://api.example.com', 'https://api.example.com:8443/a')).toBe(0)
    expect(await ask('https://api.example.com', 'https://other.example.com/a')).toBe(0)
  })

  test('that were added last come first', async () => {
    const handlers = handlersOf(
      http.get(URL, () => HttpResponse.text('first')),
      http.get(URL, () => HttpResponse.text('second')),
    )
    handlers.use([http.get(URL, () => HttpResponse.text('third'), { once: true })])
    expect([await answerOf(handlers), await answerOf(handlers)]).toEqual(['third', 'first'])
  })

  test('that answer nothing leave it to the next, then to nobody', async () => {
    const handlers = handlersOf(http.get(URL, () => undefined))
    expect(await handlers.answer(new Request(URL))).toEqual({ by: 'nobody', matched: true })
    expect(await handlers.answer(new Request(`${URL}/b`))).toEqual({ by: 'nobody', matched: false })
    handlers.use([http.get('https://api.example.com/*', () => undefined)])
    handlers.use([http.get(URL, () => HttpResponse.text('a'))])
    expect(await answerOf(handlers)).toBe('a')
  })

  test('can let a request pass, and no other handler is asked', async () => {
    const handlers = handlersOf(
      http.get(URL, () => passthrough()),
      http.get(URL, () => HttpResponse.text('a')),
    )
    expect(await answerOf(handlers)).toBe('passthrough')
  })

  test('that throw are the error of the test', async () => {
    const handlers = handlersOf(
      http.get(URL, () => {
        throw new Error('of the handler')
      }),
    )
    await expect(handlers.answer(new Request(URL))).rejects.toThrow('of the handler')
  })

  test('that throw a response answer by it', async () => {
    const handlers = handlersOf(
      http.get(URL, () => {
        throw HttpResponse.text('thrown')
      }),
    )
    expect(await answerOf(handlers)).toBe('thrown')
  })

  test('tell which destinations they may mean, and which they name', () => {
    const handlers = handlersOf(
      http.get('http://localhost:3000/a', () => undefined),
      ws.link('wss://chat.example.com/ws').addEventListener('connection', () => {}),
    )
    const ports = [3000, 3001].map((port) => handlers.name({ host: 'localhost', port }))
    expect(ports).toEqual([true, false])
    expect(handlers.mayMean({ host: 'chat.example.com', port: 443 })).toBe(true)
    expect(handlers.mayMeanHost('other.example')).toBe(false)
    handlers.use([http.get('*/a', () => undefined)])
    expect(handlers.mayMeanHost('other.example')).toBe(true)
    expect(handlers.name({ host: 'localhost', port: 3001 })).toBe(false)
  })

  test('for a relative URL are refused, with the URL that is meant', () => {
    expect(() => handlersOf(http.get('/a', () => undefined))).toThrow('"*/a"')
  })
})

test.each([[undefined], [() => {}], [{}], ['https://api.example.com/']])('%s is no handler', (value) => {
  expect(() => new Handlers().use([value as unknown as NetworkHandler])).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
  )
})

test('handlers of GraphQL may mean any destination', async () => {
  const handlers = new Handlers()
  handlers.use([graphql.query('GetUser', () => HttpResponse.json({ data: { name: 'Ada' } }))])
  const answer = await handlers.answer(
    new Request('https://api.example.com/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'query GetUser { name }' }),
    }),
  )
  expect(answer.by === 'handler' && (await answer.response.json())).toEqual({ data: { name: 'Ada' } })
  expect(handlers.mayMean({ host: 'anything.example', port: 443 })).toBe(true)
})
