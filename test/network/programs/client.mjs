/* Asks once, by the client that is named: `node client.mjs fetch|https <url>`. Prints the answer, or what an error says. */
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
}

try {
  console.log(await clients[name]())
} catch (error) {
  const { code, syscall } = error.cause ?? error
  console.log([code, syscall].filter(Boolean).join(' '))
}
process.exit()
