import fs from 'node:fs'

import { messageOf, SuperviseError, systemCode } from '../errors.ts'
import { realClearTimeout, realSetTimeout } from '../real-time.ts'
import type { CommandEntry } from './entry.ts'

/** A build command that takes longer is killed. */
const COMMAND_TIMEOUT_MS = 5 * 60_000

/**
 * Runs the command with `{out}` replaced, in a process group of its own, which is killed when the time is over or
 * `signal` aborts. Resolves when it has exited with 0 and `out` is a file that is not empty. Its output goes to
 * `log`, a file, so that what it leaves running (a compiler's daemon) keeps nobody waiting.
 *
 * Rejects with `ERR_BUILD_FAILED`, `ERR_BUILD_NO_OUTPUT`, or the signal's reason.
 */
export async function runBuildCommand(
  entry: CommandEntry,
  { out, log, signal }: { readonly out: string; readonly log: string; readonly signal: AbortSignal },
): Promise<void> {
  const { execa } = await import('execa')
  signal.throwIfAborted()
  const [file, ...args] = entry.command.map((word) => word.replaceAll('{out}', out))
  // execa takes any descriptor; its types know those up to 9.
  const descriptor = fs.openSync(log, 'w') as 3
  const child = execa(file ?? '', args, {
    cwd: entry.cwd,
    detached: true,
    preferLocal: true,
    localDir: entry.cwd,
    reject: false,
    stdin: 'ignore',
    stdout: descriptor,
    stderr: descriptor,
  })
  fs.closeSync(descriptor)
  const stop = groupKiller(child.pid)
  let late = false
  const timer = realSetTimeout(() => {
    late = true
    stop()
  }, COMMAND_TIMEOUT_MS)
  signal.addEventListener('abort', stop)
  process.on('exit', stop)
  try {
    const result = await child
    signal.throwIfAborted()
    if (late) throw failed(entry, `was still running after ${COMMAND_TIMEOUT_MS / 60_000} minutes`, log)
    if (result.failed) throw failed(entry, howItEnded(result), log, result)
  } finally {
    realClearTimeout(timer)
    signal.removeEventListener('abort', stop)
    process.off('exit', stop)
  }
  checkOutput(entry, out, log)
}

interface Ended {
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly cause?: unknown
}

function howItEnded({ exitCode, signal, cause }: Ended): string {
  if (systemCode(cause) === 'ENOENT')
    return 'was not found: install the program, or correct its name or the PATH'
  if (signal !== undefined) return `was killed by ${signal}`
  if (exitCode !== undefined) return `exited with code ${exitCode}`
  return `did not start: ${messageOf(cause)}`
}

function failed(entry: CommandEntry, how: string, log: string, result?: Ended): SuperviseError {
  const output = lastLines(log)
  return new SuperviseError(
    'ERR_BUILD_FAILED',
    `The agent's build command ${how}: ${entry.command.join(' ')} (in ${entry.cwd}).` +
      (output === '' ? '' : ` The end of its output:\n\n${output}`),
    { command: entry.command, cwd: entry.cwd, exitCode: result?.exitCode, output, cause: result?.cause },
  )
}

function checkOutput(entry: CommandEntry, out: string, log: string): void {
  const stats = fs.statSync(out, { throwIfNoEntry: false })
  if (stats?.isFile() && stats.size > 0) return
  const what =
    stats === undefined ? 'wrote nothing' : stats.isDirectory() ? 'made a directory' : 'wrote an empty file'
  const output = lastLines(log)
  throw new SuperviseError(
    'ERR_BUILD_NO_OUTPUT',
    `The agent's build command exited with code 0 but ${what} at the path that stood for {out}: ` +
      `${entry.command.join(' ')} (in ${entry.cwd}). It must write one executable file there.` +
      (output === '' ? '' : ` The end of its output:\n\n${output}`),
    { command: entry.command, cwd: entry.cwd, output },
  )
}

/** Kills the whole group: a compiler's driver is not the compiler. */
function groupKiller(pid: number | undefined): () => void {
  return () => {
    if (pid === undefined) return
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
    } catch {
      // It is gone.
    }
  }
}

const LINES = 40

function lastLines(file: string): string {
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.slice(-LINES).join('\n')
}
