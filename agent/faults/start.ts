import { renameSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'

import { systemCode } from '../system-code.ts'
import { count, text } from './options.ts'
import type { Fault, Stage } from './stage.ts'

export const start: Readonly<Record<string, Fault>> = {
  /** Says ready `ms` later than it would. */
  slowStart(options, stage, confirm) {
    const ms = count(options, 'ms')
    delay(stage, ms)
    confirm({ ms })
  },
  /** Never says ready. */
  neverReady(_options, stage, confirm) {
    delay(stage, Infinity)
    confirm(null)
  },
  /** Takes the TCP port `port` of 127.0.0.1, by default that of the script. */
  async portTaken(options, stage, confirm) {
    const port = options['port'] === undefined ? undefined : count(options, 'port')
    const wanted = port ?? stage.script.listen
    if (wanted === undefined) throw new Error('its script listens on no port, so `port` must name one')
    const taken = (await bound({ port: wanted, host: '127.0.0.1' }, true)).port ?? wanted
    if (port === undefined) stage.script.listen = taken
    const { code } = await bound({ port: taken, host: '127.0.0.1' }, false)
    if (code !== 'EADDRINUSE') throw new Error(`to listen there gave ${code}`)
    confirm({ code })
  },
  ...(process.platform === 'win32' ? {} : { staleSocketFile }),
}

/** Leaves a Unix socket at `path` that nobody listens on. */
async function staleSocketFile(...[options, stage, confirm]: Parameters<Fault>): Promise<void> {
  const path = resolve(stage.runtimeDir, text(options, 'path'))
  const { connect, createServer } = process.getBuiltinModule('node:net')
  const server = createServer()
  // Its server would remove it, if it found it.
  const made = `${path}~`
  await new Promise<void>((done, fail) => server.once('error', fail).listen(made, done))
  rmSync(path, { force: true })
  renameSync(made, path)
  await new Promise((done) => server.close(done))
  const code = await new Promise((done) =>
    connect({ path }).once('error', (error) => done(systemCode(error))),
  )
  if (code !== 'ECONNREFUSED') throw new Error(`to connect there gave ${String(code)}`)
  confirm({ code })
}

interface Bound {
  readonly port?: number
  readonly code?: string
}

/** Listens there, for as long as this process lives if it is to `stay`. Says what the system says to that. */
function bound(place: { port: number; host: string }, stay: boolean): Promise<Bound> {
  const { createServer } = process.getBuiltinModule('node:net')
  const server = createServer((socket) => socket.destroy())
  return new Promise((done) => {
    server.once('error', (error) => done({ code: systemCode(error) ?? error.message }))
    server.listen(place, () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : place.port
      if (stay) {
        server.unref()
        done({ port })
      } else server.close(() => done({ port, code: 'nothing' }))
    })
  })
}

function delay(stage: Stage, ms: number): void {
  if (stage.ready) throw new Error('the agent is ready already')
  stage.delayReady(ms)
}
