import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

/** The least a child can do: say hello on descriptor 3 and wait. */
const PROGRAM = `#!${process.execPath}
require('node:fs').writeSync(3, 'hello\\n')
setInterval(() => {}, 1 << 30)
`

/** What one writes by hand: spawn, hello, kill, exit. No isolation, no descendants, no proof. */
export function bareAgent(folder) {
  const file = path.join(folder, 'bare.cjs')
  writeFileSync(file, PROGRAM, { mode: 0o755 })
  const env = { PATH: process.env.PATH }
  return {
    file,
    env,
    async start(cwd = folder) {
      const child = spawn(file, [], { cwd, env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
      await once(child.stdio[3], 'data')
      return child
    },
    async stop(child, signal = 'SIGKILL') {
      const exited = once(child, 'exit')
      child.kill(signal)
      await exited
    },
  }
}
