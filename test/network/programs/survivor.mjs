/* Reaches for what it is told to, in the way it is told to, each time over a new connection. Says what it got. */
import { execFile } from 'node:child_process'
import net from 'node:net'

const ways = {
  fetch: (url) =>
    fetch(url, { headers: { connection: 'close' } }).then(
      (response) => response.text(),
      (error) => error.cause?.code ?? String(error),
    ),
  curl: (url) =>
    new Promise((resolve) => {
      execFile('curl', ['-sS', url], (error, stdout) => resolve(error ? `curl ${error.code}` : stdout))
    }),
  socket: (port) =>
    new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1')
      socket.on('connect', () => resolve('connected'))
      socket.on('error', ({ code }) => resolve(code))
    }),
}

process.on('message', ([way, what]) => {
  void ways[way](what).then((answer) => process.send(answer))
})
process.on('disconnect', () => process.exit())
