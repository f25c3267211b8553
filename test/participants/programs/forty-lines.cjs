// Starts so many children, and each again after 1, 2, 4 … 60 s, at most so often.
const { spawn } = require('node:child_process')
const [count, most, command, ...args] = process.argv.slice(2)
const began = Date.now()
const log = (...words) => console.log(Date.now() - began, ...words)
let live = Number(count)

function start(child, restarts) {
  log('start', child, restarts)
  const running = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const guard = setTimeout(() => {
    log('start-timeout', child)
    running.kill('SIGKILL')
  }, 500)
  running.on('exit', (code, signal) => {
    clearTimeout(guard)
    log('exit', child, code, signal)
    if (restarts < Number(most))
      return void setTimeout(start, Math.min(60_000, 1000 * 2 ** restarts), child, restarts + 1)
    log('gave up', child)
    if (--live > 0) return
    clearInterval(heartbeat)
    process.exitCode = 1
  })
}

const heartbeat = setInterval(() => log('tick'), 30_000)
for (let child = 0; child < Number(count); child++) start(child, 0)
