/* WebSocket clients. */
import assert from 'node:assert/strict'
import { once } from 'node:events'

import { skip } from './check.mjs'

const URL = 'wss://api.example.com/socket'

export const checks = {
  ws: async () => {
    const { WebSocket } = await import('ws')
    const socket = new WebSocket(URL)
    try {
      await once(socket, 'open')
      socket.send('hello')
      const [message] = await once(socket, 'message')
      assert.equal(String(message), 'echo:hello')
    } finally {
      socket.terminate()
    }
  },
  'the WebSocket of Node': async () => {
    if (globalThis.WebSocket === undefined) skip(`Node ${process.versions.node} has no WebSocket`)
    const socket = new WebSocket(URL)
    const heard = await new Promise((resolve, reject) => {
      socket.addEventListener('open', () => socket.send('hello'))
      socket.addEventListener('message', ({ data }) => resolve(data))
      socket.addEventListener('error', ({ error, message }) => reject(error ?? new Error(message)))
      socket.addEventListener('close', ({ code }) => reject(new Error(`closed with ${code}`)))
    })
    socket.close()
    assert.equal(heard, 'echo:hello')
  },
}
