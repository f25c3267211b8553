import { spawnSync } from 'node:child_process'
import { accessSync, chmodSync, constants, existsSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { systemCode } from '../errors.ts'
import { FAKETIME_LIBRARIES } from '../process/confinement/wall-clock.ts'
import { hasOwnMounts, inNamespace } from '../process/confinement/namespace.ts'
import type { Need } from './make.ts'

/** How long a probe may take. Real ms. */
const PROBE_LIMIT = 5000

const known = new Map<string, string | undefined>()

/**
 * Why this machine lacks it and what helps, in words; undefined if it has it. Found out by doing it, at the first question
 * and once as long as PATH stays the same: for that it blocks for some ms.
 */
export function lackOf(need: Need): string | undefined {
  const key = `${need} ${process.env['PATH']}`
  if (!known.has(key)) known.set(key, PROBES[need]())
  return known.get(key)
}

/** Whether `strace`, which is there, knows a system call of this name on this machine. Found out like the needs. */
export function isSystemCall(name: string): boolean {
  const key = `${name} ${process.env['PATH']}`
  const answer = systemCalls.get(key) ?? !isRefused(name)
  systemCalls.set(key, answer)
  return answer
}

const systemCalls = new Map<string, boolean>()

function isRefused(name: string): boolean {
  const { stderr } = run(['strace', '-qq', '-o', '/dev/null', '-e', `trace=${name}`, '--', 'true'])
  return stderr.includes('invalid system call')
}

const PROBES: Readonly<Record<Need, () => string | undefined>> = {
  prlimit: () => attempt('util-linux', ['prlimit', '--pid', String(process.pid), '--nofile']),
  mkfifo: () => attempt('coreutils', ['mkfifo', '--version']),
  strace: () =>
    attempt('strace', ['strace', '-D', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=none', '--', 'true']),
  'limited processes': limitedProcesses,
  'limited permissions': limitedPermissions,
  'mount namespaces': () => {
    const script = `${hasOwnMounts()} && mount -t tmpfs -o size=4096 none "$0"`
    return namespaces([...inNamespace('mount'), 'sh', '-c', script, os.tmpdir()])
  },
  'network namespaces': () => namespaces([...inNamespace('network'), 'true']),
  faketime,
}

function limitedProcesses(): string | undefined {
  const { status } = run(['prlimit', '--nproc=0:', 'sh', '-c', '(exit 0) & wait'])
  if (status !== 0) return undefined
  const who = process.getuid?.() === 0 ? 'root' : 'this user'
  return `${who} is exempt from RLIMIT_NPROC: run the tests as an ordinary user`
}

function limitedPermissions(): string | undefined {
  let directory: string
  try {
    directory = mkdtempSync(path.join(os.tmpdir(), 'vs-'))
  } catch (error) {
    return `no directory can be made in ${os.tmpdir()} to try it (${systemCode(error) ?? String(error)})`
  }
  try {
    chmodSync(directory, 0o500)
    accessSync(directory, constants.W_OK)
    return 'root may write everywhere, whatever the permissions: run the tests as an ordinary user'
  } catch {
    return undefined
  } finally {
    rmdirSync(directory)
  }
}

function namespaces(command: readonly string[]): string | undefined {
  const problem = attempt('util-linux', command)
  if (problem === undefined) return undefined
  for (const [file, value] of FORBIDDEN) {
    if (existsSync(file) && readFileSync(file, 'utf8').trim() === value) {
      return `the kernel forbids user namespaces to this user (${file} is ${value}; an administrator can change it)`
    }
  }
  return problem.includes('not installed')
    ? problem
    : `this machine forbids namespaces, as many containers do (${problem})`
}

/** What of the kernel's settings forbids user namespaces, and when. */
const FORBIDDEN = [
  ['/proc/sys/kernel/unprivileged_userns_clone', '0'],
  ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1'],
  ['/proc/sys/user/max_user_namespaces', '0'],
] as const

function faketime(): string | undefined {
  const library = FAKETIME_LIBRARIES.find((file) => existsSync(file))
  if (library === undefined) return 'the library of `faketime` is not installed: `apt-get install faketime`'
  const { stdout } = run(['date', '-u', '+%Y'], { LD_PRELOAD: library, FAKETIME: '@2001-02-03 04:05:06' })
  return stdout.startsWith('2001') ? undefined : `${library} has no effect on the programs of this machine`
}

/** Does it, and says what is wrong. */
function attempt(debianPackage: string, command: readonly string[]): string | undefined {
  const { status, error, stderr } = run(command)
  const [file] = command
  if (status === 0) return undefined
  return error && 'code' in error && error.code === 'ENOENT'
    ? `\`${file}\` is not installed: \`apt-get install ${debianPackage}\``
    : `\`${file}\` fails here: ${error?.message ?? (stderr.trim() || `it exits with ${status}`)}`
}

/** `spawnSync` is no start that a test, or its clock, sees. */
function run(
  [file = '', ...args]: readonly string[],
  env: Record<string, string> = {},
): { status: number | null; error?: Error | undefined; stdout: string; stderr: string } {
  const { status, error, stdout, stderr } = spawnSync(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: PROBE_LIMIT,
    env: { ...process.env, ...env },
  })
  // What could not be started has printed nothing, and Node says null.
  return { status, error, stdout: stdout ?? '', stderr: stderr ?? '' }
}
