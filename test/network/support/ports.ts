import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import net from 'node:net'

/** The code of the state in which a socket of Linux waits for connections. */
const LISTEN = '0A'

/** The TCP ports of 127.0.0.1 at which this process takes connections. Of Linux alone. */
export function listeningPorts(): number[] {
  const own = new Set(readdirSync('/proc/self/fd').map((fd) => linkOf(fd)))
  const rows = readFileSync('/proc/self/net/tcp', 'utf8').trim().split('\n').slice(1)
  return rows.flatMap((row) => {
    const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/)
    return state === LISTEN && own.has(`socket:[${inode}]`) ? [parseInt(local.split(':')[1] ?? '', 16)] : []
  })
}

/** What becomes of a connection to this port of 127.0.0.1: `connected`, or the code of the error. */
export function connectionTo(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('connect', () => resolve('connected'))
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? ''))
    socket.on('connect', () => socket.destroy())
  })
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    // The one by which the folder was read.
    return ''
  }
}
