/*
 * Starts a command again, 1, 2, 4 … 30 s after its end. As `serve` it tells over HTTP, at a Unix socket, how often it has done so;
 * as `ask` it asks for that every 7 s.
 */
const { spawn } = require('node:child_process')
const http = require('node:http')
const [role, socketPath, command, ...args] = process.argv.slice(2)
const began = Date.now()
const log = (...words) => console.log(Date.now() - began, role, ...words)
let starts = 0

function start() {
  log('start', ++starts)
  spawn(command, args, { stdio: 'ignore' }).on('exit', (code) => {
    const delay = Math.min(30_000, 1000 * 2 ** (starts - 1))
    log('exit', code, 'again in', delay)
    setTimeout(start, delay)
  })
}

function ask() {
  http.get({ socketPath, path: '/peer' }, (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
    response.on('end', () => log('hears', text))
  })
}

const server = http.createServer(({ url }, response) => {
  log('is asked', url)
  // An answer that needs time.
  setTimeout(() => response.end(`${starts} starts`), 500)
})
if (role === 'serve') server.listen(socketPath, start)
else {
  setInterval(ask, 7000)
  start()
}
