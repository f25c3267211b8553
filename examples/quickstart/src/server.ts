/*
 * The program under test: an HTTP server that counts its visitors in a file, so that the count survives a crash, and
 * that answers what it has begun before it obeys SIGTERM.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { connect } from 'vitest-supervise/agent'

const agent = await connect()
let visits = readCount()

const server = createServer((request, response) => {
  if (request.url === '/crash') process.exit(70)
  visits += 1
  writeFileSync('visits', String(visits))
  if (request.url !== '/slow') {
    response.end(`visitor ${visits}`)
    return
  }
  void agent.send({ working: true })
  process.once('SIGTERM', () => response.end('finished in time'))
})

process.on('SIGTERM', () => server.close(() => process.exit(0)))

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(`listening on http://127.0.0.1:${port}`)
  void agent.ready()
})

function readCount(): number {
  try {
    return Number(readFileSync('visits', 'utf8'))
  } catch {
    return 0
  }
}
