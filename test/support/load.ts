import { spawn } from 'node:child_process'

import { onTestFinished } from 'vitest'

/** Keeps processors busy beside the test until it ends. Call it before a clock is opened. */
export function burn(processes = 2): void {
  for (let i = 0; i < processes; i++) {
    const child = spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
  }
}
