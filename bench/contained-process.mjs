import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** How long what is left may take to go by itself: the reaper outlives its run by a moment. */
const PATIENCE_MS = 5000
/** How long what is killed may take. */
const DEATH_MS = 2000
const POLL_MS = 20

/**
 * A program in a process group and a directory of its own, all of which end with it. So a bench neither warms up nor slows
 * down the next one, and may fail or be ended at any moment.
 */
export class ContainedProcess {
  /** Also its directory for temporary files, by which all that it starts is known. The path is short: sockets are made below it. */
  folder = mkdtempSync(path.join(os.tmpdir(), 'b-'))
  #child

  /**
   * Runs to its end. Gives back what it sent last. Rejects when it fails, or when something of it was still running 5 s after
   * its end.
   */
  async run(file, args, cwd) {
    this.#child = spawn(file, args, {
      cwd,
      env: { ...process.env, TMPDIR: this.folder, NO_COLOR: '1' },
      // What it prints is for who watches: this program's own output is the table.
      stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
      detached: true,
    })
    let sent
    this.#child.on('message', (message) => (sent = message))
    const [code, signal] = await once(this.#child, 'close')
    const left = await this.close()
    if (code !== 0) throw new Error(`It ended with ${signal ?? `code ${code}`}.`)
    if (left.length > 0) throw new Error(`It left running: ${left.join(', ')}. That is killed.`)
    return sent
  }

  /** Ends it and all of it. Gives back what did not go by itself in time, and was killed. */
  async close() {
    const { pid, exitCode, signalCode } = this.#child ?? {}
    if (pid !== undefined && exitCode === null && signalCode === null) kill(-pid)
    const left = await this.#untilGone(PATIENCE_MS)
    if (left.length > 0) await this.#untilGone(DEATH_MS, ({ pid }) => kill(pid))
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
    return left.map(({ pid, command }) => `${command} (${pid})`)
  }

  /** What still lives after so many ms, having done this to all that does all the while. */
  async #untilGone(limit, action = () => {}) {
    const deadline = performance.now() + limit
    for (;;) {
      const left = this.#processes()
      left.forEach(action)
      if (left.length === 0 || performance.now() > deadline) return left
      await delay(POLL_MS)
    }
  }

  /** What of it lives, on Linux: by its process group, or by the folder in its environment. */
  #processes() {
    if (process.platform !== 'linux') return []
    return readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name)) return []
      const stat = read(`/proc/${name}/stat`)
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (!state || state === 'Z' || state === 'X') return []
      const isOurs = Number(group) === this.#child?.pid || read(`/proc/${name}/environ`).includes(this.folder)
      return isOurs ? [{ pid: Number(name), command: commandOf(name) }] : []
    })
  }
}

function commandOf(pid) {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()
}

/** A process; by a negative number, its group. */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was faster, or there is no such group.
  }
}

function read(file) {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}
