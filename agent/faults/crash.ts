import { readFileSync } from 'node:fs'

import { count, signalName } from './options.ts'
import type { Fault } from './stage.ts'

export const crash: Readonly<Record<string, Fault>> = {
  /** Exits with `code`, default 1, without any clean-up. */
  exit(options, _stage, confirm) {
    const code = count(options, 'code', 1)
    confirm({ code }, () => process.exit(code))
  },
  /** Sends `signal`, default SIGKILL, to itself. */
  signal(options, _stage, confirm) {
    const name = signalName(options, 'SIGKILL')
    confirm({ signal: name }, () => process.kill(process.pid, name))
  },
  /** Aborts, as after a failed assertion in native code. */
  abort(_options, _stage, confirm) {
    confirm({ signal: 'SIGABRT' }, () => process.abort())
  },
  /** Throws what nobody catches. */
  uncaughtException(_options, stage, confirm) {
    const error = injected('uncaughtException')
    confirm({ message: error.message }, () => {
      stage.swallow()
      // Not here: what called this fault might catch it.
      queueMicrotask(() => {
        throw error
      })
    })
  },
  /** Rejects a promise that nobody handles. */
  unhandledRejection(_options, stage, confirm) {
    const error = injected('unhandledRejection')
    confirm({ message: error.message }, () => {
      stage.swallow()
      void Promise.reject(error)
    })
  },
  ...(process.platform === 'linux' ? { outOfMemory } : {}),
}

/** What the process may still grow by, and what is hoarded at most if the system does not hold to that. Bytes. */
const ROOM = 64 * 2 ** 20
const MOST = 2 ** 30
/** So large that V8 is the one who does not get it, with something left for what it does then. Numbers of 8 bytes. */
const CHUNK = 2 ** 20

/** Lowers the limit of its own memory, and fills its heap until V8 gives up. */
function outOfMemory(...[, , confirm]: Parameters<Fault>): void {
  const size = Number(/^VmSize:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
  limitMemory(size + ROOM)
  confirm({ room: ROOM }, hoard)
}

function limitMemory(bytes: number): void {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const args = ['--pid', String(process.pid), `--as=${bytes}`]
  const { error, status, stderr } = spawnSync('prlimit', args, { encoding: 'utf8' })
  if (error || status !== 0) throw new Error(`prlimit: ${error?.message ?? stderr.trim()}`)
}

function hoard(): void {
  const hoarded: number[][] = []
  while (hoarded.length * CHUNK * 8 < MOST) hoarded.push(Array.from({ length: CHUNK }, Number))
  throw new Error('the memory of this process did not end')
}

function injected(name: string): Error {
  return new Error(`the fault ${name} of vitest-supervise`)
}
