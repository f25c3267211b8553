import type { Socket } from 'node:net'

import { die } from './complain.ts'
import { systemCode } from './system-code.ts'

/** A socket over a descriptor that this process has inherited. One that is no socket ends the process. */
export function openSocket(fd: number): Socket {
  const { Socket } = process.getBuiltinModule('node:net')
  try {
    return new Socket({ fd, readable: true, writable: true })
  } catch (error) {
    die(`descriptor ${fd} is no socket (${systemCode(error)}).`)
  }
}

/** The descriptor of a socket, if the system has one for it and it is open. */
export function descriptorOf(socket: Socket | undefined): number | undefined {
  const handle = (socket as { _handle?: { fd?: number } } | undefined)?._handle
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined
}
