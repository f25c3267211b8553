// Starts the program it is given, welcomes it with the script it is given, and says when it is ready.
import { spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'

const [program = '', script = '{}'] = process.argv.slice(2)
const child = spawn(program, [], {
  detached: true,
  env: { ...process.env, SUPERVISE_FD: '3' },
  stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
})
const channel = child.stdio[3] as Duplex
channel.write(`{"t":"welcome","attempt":1,"faults":[],"script":${script}}\n`)
let text = ''
channel.on('data', (chunk: Buffer) => {
  text += String(chunk)
  if (!text.includes('"ready"')) return
  text = ''
  process.stdout.write(`ready ${child.pid}\n`)
})
