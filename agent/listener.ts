import { systemCode } from './system-code.ts'

/**
 * Listens on this TCP port of 127.0.0.1 (0: any) and hangs up on whoever connects. Resolves with the port, and
 * rejects with a line that says why it cannot.
 */
export function listen(port: number): Promise<number> {
  const { createServer } = process.getBuiltinModule('node:net')
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on('error', () => {}).end())
    server.once('error', (error) => {
      const code = systemCode(error)
      const reason = code === 'EADDRINUSE' ? 'the port is taken' : error.message
      reject(new Error(`cannot listen on 127.0.0.1:${port}: ${reason} (${code})`))
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
