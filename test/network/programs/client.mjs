/* Asks once, by the client that is named: `node client.mjs fetch|https|http2 <url>`. Prints the answer, or what an error says. */
import http2 from 'node:http2'
import https from 'node:https'

const [, , name, url] = process.argv

const clients = {
  fetch: async () => {
    const response = await fetch(url)
    return `${response.status} ${await response.text()}`
  },
  https: () =>
    new Promise((resolve, reject) => {
      https
        .get(url, (response) => {
          let text = ''
          response.on('data', (chunk) => (text += chunk))
          response.on('error', reject)
          response.on('end', () => resolve(`${response.statusCode} ${text}`))
        })
        .on('error', reject)
    }),
  http2: () =>
    new Promise((resolve, reject) => {
      const session = http2.connect(url).on('error', reject)
      const stream = session.request({ ':path': new URL(url).pathname }).on('error', reject)
      let status
      let text = ''
      stream.on('response', (headers) => (status = headers[':status']))
      stream.on('data', (chunk) => (text += chunk))
      stream.on('end', () => setImmediate(resolve, `${status} ${text}`))
    }),
}

try {
  console.log(await clients[name]())
} catch (error) {
  const { code, syscall } = error.cause ?? error
  console.log([code, syscall].filter(Boolean).join(' '))
}
process.exit()
