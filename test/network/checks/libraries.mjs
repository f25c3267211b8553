/* HTTP libraries from npm. */
import assert from 'node:assert/strict'

import { API } from './check.mjs'

export const checks = {
  axios: async () => {
    const { default: axios } = await import('axios')
    assert.deepEqual((await axios.get(`${API}/json`)).data, { ok: 1 })
  },
  'axios, POST': async () => {
    const { default: axios } = await import('axios')
    const headers = { 'content-type': 'text/plain' }
    assert.equal((await axios.post(`${API}/echo`, 'hello', { headers })).data, 'POST:hello')
  },
  got: async () => {
    const { got } = await import('got')
    assert.deepEqual(await got(`${API}/json`, { retry: { limit: 0 } }).json(), { ok: 1 })
  },
  'got over HTTP/2': async () => {
    const { got } = await import('got')
    const response = await got(`${API}/json`, { http2: true, retry: { limit: 0 } })
    assert.deepEqual([response.httpVersion, JSON.parse(response.body)], ['2.0', { ok: 1 }])
  },
  'node-fetch': async () => {
    const { default: nodeFetch } = await import('node-fetch')
    assert.deepEqual(await (await nodeFetch(`${API}/json`)).json(), { ok: 1 })
  },
  superagent: async () => {
    const { default: superagent } = await import('superagent')
    assert.deepEqual((await superagent.get(`${API}/json`)).body, { ok: 1 })
  },
  ky: async () => {
    const { default: ky } = await import('ky')
    assert.deepEqual(await ky(`${API}/json`, { retry: 0 }).json(), { ok: 1 })
  },
  'undici.request': async () => {
    const { request } = await import('undici')
    assert.deepEqual(await (await request(`${API}/json`)).body.json(), { ok: 1 })
  },
  'undici.fetch': async () => {
    const undici = await import('undici')
    assert.deepEqual(await (await undici.fetch(`${API}/json`)).json(), { ok: 1 })
  },
  'undici.Pool': async () => {
    const { Pool } = await import('undici')
    const pool = new Pool(API)
    try {
      const { statusCode, body } = await pool.request({ path: '/json', method: 'GET' })
      assert.deepEqual([statusCode, await body.json()], [200, { ok: 1 }])
    } finally {
      await pool.destroy()
    }
  },
  'openai, a streamed completion': async () => {
    const { default: OpenAI } = await import('openai')
    const client = new OpenAI({ apiKey: 'none', baseURL: `${API}/v1`, maxRetries: 0 })
    const stream = await client.chat.completions.create({ model: 'any', messages: [], stream: true })
    const words = []
    for await (const { choices } of stream) words.push(choices[0].delta.content)
    assert.deepEqual(words, ['hel', 'lo'])
  },
  '@anthropic-ai/sdk': async () => {
    const { default: Anthropic } = await import('@anthropic-ai/sdk')
    const client = new Anthropic({ apiKey: 'none', baseURL: API, maxRetries: 0 })
    const messages = [{ role: 'user', content: 'hello' }]
    const { content } = await client.messages.create({ model: 'any', max_tokens: 5, messages })
    assert.deepEqual(content, [{ type: 'text', text: 'hello' }])
  },
}
