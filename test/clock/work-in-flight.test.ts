import { spawn } from 'node:child_process'
import { pbkdf2 } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

import { expect, onTestFinished, test } from 'vitest'

import { Scratch } from '../support/scratch.ts'
import { burn } from '../support/load.ts'
import { openClock } from '../support/virtual-clock.ts'

async function immediates(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A server of this process, and an answer of it. */
async function answeringServer(): Promise<string> {
  const server = http.createServer((request, response) => {
    void readFile(import.meta.filename).then(() => response.end(`you asked for ${request.url}`))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  onTestFinished(() => server.closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const WORK: Record<string, (scratch: Scratch) => Promise<unknown>> = {
  'a file that is written and read': async (scratch) => {
    for (let i = 0; i < 20; i++) await writeFile(scratch.path('file'), 'x'.repeat(100_000))
    return readFile(scratch.path('file'))
  },
  'a name that is looked up': () => lookup('localhost'),
  'data that is compressed': () => promisify(gzip)(Buffer.alloc(5_000_000, 'abc')),
  'a key that is derived': () => promisify(pbkdf2)('secret', 'salt', 200_000, 64, 'sha512'),
  'a hundred immediates': () => immediates(100),
  'an import': () => import(`data:text/javascript,export default ${'1 + '.repeat(1000)}1`),
}

test.for(Object.keys(WORK))('%s is complete before time moves', async (name) => {
  burn(2)
  const scratch = new Scratch()
  const open = openClock()
  setTimeout(() => {
    void WORK[name]?.(scratch).then(() => open.note('work is done'))
    setTimeout(() => open.note('later'), 1)
  }, 1000)
  await open.clock.advance(2000)
  expect(open.log).toEqual(['1000 work is done', '1001 later'])
})

test('a request to a server of this process is answered before time moves', async () => {
  burn(2)
  const url = await answeringServer()
  const open = openClock()
  const done = delay(1000).then(async () => {
    setTimeout(() => open.note('later'), 1)
    for (const path of ['/a', '/b', '/c']) open.note(await (await fetch(`${url}${path}`)).text())
  })
  await open.clock.runUntil(done)
  expect(open.log).toEqual(['1000 you asked for /a', '1000 you asked for /b', '1000 you asked for /c'])
})

test('a restart that writes a file first starts at the time of its delay', async () => {
  const scratch = new Scratch()
  const open = openClock()
  const supervisor = (async () => {
    for (let run = 1; run <= 5; run++) {
      await writeFile(scratch.path('attempt'), String(run))
      open.note(`start ${await readFile(scratch.path('attempt'), 'utf8')}`)
      await once(spawn('sh', ['-c', `exit ${run}`]), 'exit')
      await writeFile(scratch.path('exit'), String(run))
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  })()
  await open.clock.runUntil(supervisor)
  expect(open.log).toEqual([1, 2, 3, 4, 5].map((run) => `${(run - 1) * 1000} start ${run}`))
})

test('programs connected to a server of this process are heard before time moves', async () => {
  const sockets: net.Socket[] = []
  const server = net.createServer((socket) => void sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
  const open = openClock()
  server.on('connection', (socket: net.Socket) => {
    open.note('connected')
    socket.on('data', (chunk: Buffer) => open.note(chunk.toString()))
  })
  setTimeout(() => open.note('later'), 1)
  const { port } = server.address() as AddressInfo
  const client = `require('net').connect(${port}, '127.0.0.1').write('hello')`
  spawn(process.execPath, ['-e', client], { stdio: 'ignore' })
  await open.clock.advance(10)
  expect(open.log).toEqual(['0 connected', '0 hello', '1 later'])
})
