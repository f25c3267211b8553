import { Scratch } from './scratch.ts'

/**
 * A program that speaks protocol 1 by hand: says hello as one that can play `exit`, and runs this code for each `frame`
 * of the test, with `send` and `socket` at hand.
 */
export function handmadeAgent(onFrame: string): string {
  return new Scratch().node(`
    const socket = new (require('node:net').Socket)({ fd: 3 })
    const send = (frame) => socket.write(JSON.stringify(frame) + '\\n')
    send({ t: 'hello', v: 1, id: 'a', pid: process.pid, can: ['exit'] })
    const take = (frame) => {${onFrame}}
    socket.on('data', (chunk) => String(chunk).trim().split('\\n').forEach((line) => take(JSON.parse(line))))
  `)
}
