/*
 * A child that asks for what it is told to, over and over, and says how long that took. It is told by IPC, so that one and
 * the same process can be measured in turn with others.
 */
import http from 'node:http'
import https from 'node:https'

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
}

const BODY = JSON.stringify({ name: 'Ada Lovelace', born: 1815 })

/** What asks for a URL once and reads all of its answer. */
const ASK = {
  async fetch(url) {
    const answer = await fetch(url)
    return await answer.text()
  },
  async post(url) {
    const answer = await fetch(url, {
      method: 'POST',
      body: BODY,
      headers: { 'content-type': 'application/json' },
    })
    return await answer.text()
  },
  node: (url) => get(url, agents[new URL(url).protocol]),
}

const COMMANDS = {
  /** In MSW's own way, inside of this process. */
  async mock({ url, json }) {
    const { http: msw, HttpResponse } = await import('msw')
    const { setupServer } = await import('msw/node')
    setupServer(
      msw.get(url, () => HttpResponse.json(json)),
      msw.post(url, async ({ request }) => {
        await request.json()
        return HttpResponse.json(json)
      }),
    ).listen({ onUnhandledRequest: 'error' })
  },
  /** One after the other over a connection that is kept. Gives back how long each took, in ms. */
  async inSequence({ url, by, count }) {
    const times = []
    for (let index = 0; index < count; index++) {
      const began = performance.now()
      await ASK[by](url)
      times.push(performance.now() - began)
    }
    return times
  },
  /** So many at once, each over a connection of its own. Gives back how long all took, in ms. */
  async connections({ url, count, atOnce, resumed }) {
    const agent = new https.Agent({ keepAlive: false, maxCachedSessions: resumed ? 100 : 0 })
    const began = performance.now()
    let left = count
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (left-- > 0) await get(url, agent)
      }),
    )
    return performance.now() - began
  },
}

process.on('message', (message) => void obey(message))
process.on('disconnect', () => process.exit())

async function obey({ command, ...options }) {
  try {
    process.send({ result: await COMMANDS[command](options) })
  } catch (error) {
    process.send({ error: `${error.stack} ${error.cause ?? ''}` })
  }
}

function get(url, agent) {
  return new Promise((resolve, reject) => {
    const { get: ask } = url.startsWith('https:') ? https : http
    ask(url, { agent }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part) => (text += part))
      answer.on('end', () => resolve(text))
      answer.on('error', reject)
    }).on('error', reject)
  })
}
