import { readSync } from 'node:fs'
import type { Duplex } from 'node:stream'

/** More than the buffers of a socket hold: whoever goes on writing is not listened to for ever. Bytes. */
const LIMIT = 16 * 1024 * 1024
const CHUNK = 65_536

/**
 * Has `take` hear what had come over a socket when writing to it fails. The other end has closed it then, perhaps after it
 * had said something, and Node throws away with the socket what it has not read.
 */
export function hearLastWords(socket: Duplex, take: (chunk: Buffer) => void): void {
  const destroy = socket._destroy.bind(socket)
  Object.defineProperty(socket, '_destroy', {
    configurable: true,
    value(error: Error | null, done: (error?: Error | null) => void) {
      if (error !== null) drain(socket, take)
      destroy(error, done)
    },
  })
}

function drain(socket: Duplex, take: (chunk: Buffer) => void): void {
  const { fd } = (socket as { _handle?: { fd?: number } })._handle ?? {}
  if (fd === undefined || fd < 0) return // Windows has none.
  for (let heard = 0; heard < LIMIT;) {
    const chunk = Buffer.allocUnsafe(CHUNK)
    const length = tryRead(fd, chunk)
    if (length === 0) return
    heard += length
    take(chunk.subarray(0, length))
  }
}

/** 0 at the end, and when there is nothing more. */
function tryRead(fd: number, chunk: Buffer): number {
  try {
    return readSync(fd, chunk)
  } catch {
    return 0 // EAGAIN, or what had broken the connection.
  }
}
