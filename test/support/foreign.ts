import type { Scratch } from './scratch.ts'

/** A supervisor in plain Node, to be run by Node with the command of its agent as arguments. */
export const NODE_SUPERVISOR = `
const { spawn } = require('node:child_process')
const [file, ...args] = process.argv.slice(2)
let child
let stopping = false
const start = () => {
  child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  child.on('exit', (code, signal) => {
    console.log('agent ended', signal ?? code)
    if (stopping) process.exit(0)
    setTimeout(start, 20)
  })
}
const stop = () => {
  stopping = true
  child.kill('SIGTERM')
}
process.on('SIGTERM', stop)
process.stdin.on('end', stop).resume()
start()
console.log('supervisor up')
`

/** The same in Python. */
export const PYTHON_SUPERVISOR = `
import signal, subprocess, sys
stopping = False
child = None
def stop(*_):
    global stopping
    stopping = True
    child.terminate()
signal.signal(signal.SIGTERM, stop)
print('supervisor up', flush=True)
while not stopping:
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    child.wait()
    print('agent ended', child.returncode, flush=True)
`

/** The same in a shell, which stops nothing itself. */
export const SHELL_SUPERVISOR = `echo supervisor up; while :; do "$AGENT"; echo agent ended $?; done`

/** How a supervisor of each kind is started, over the command of an agent. */
export const KINDS: Readonly<Record<string, (scratch: Scratch, agent: string) => ForeignCommand>> = {
  node: (scratch, agent) => ({
    file: process.execPath,
    args: [scratch.write('supervisor.cjs', NODE_SUPERVISOR), agent],
    env: {},
  }),
  python: (scratch, agent) => ({
    file: 'python3',
    args: [scratch.write('supervisor.py', PYTHON_SUPERVISOR), agent],
    env: {},
  }),
  shell: (_, agent) => ({ file: 'sh', args: ['-c', SHELL_SUPERVISOR], env: { AGENT: agent } }),
}

/** What starts a supervisor. */
export interface ForeignCommand {
  readonly file: string
  readonly args: string[]
  readonly env: Record<string, string>
}
