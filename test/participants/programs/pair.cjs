// Starts itself as a worker, which ends after 1 s, and starts it again 2 s later, three times in all.
const { spawn } = require('node:child_process')
const began = Date.now()

if (process.argv[2] === 'worker') {
  process.stdout.write('up\n')
  setTimeout(() => process.exit(3), 1000)
} else {
  let starts = 0
  const start = () => {
    starts += 1
    const worker = spawn(process.execPath, [__filename, 'worker'], { stdio: ['ignore', 'pipe', 'ignore'] })
    worker.stdout.on('data', (chunk) => console.log(Date.now() - began, String(chunk).trim()))
    worker.on('exit', (code) => {
      console.log(Date.now() - began, 'exit', code)
      if (starts < 3) setTimeout(start, 2000)
    })
  }
  start()
}
