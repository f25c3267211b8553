import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync, rmSync } from 'node:fs'

import { realNow, realPause } from '../real-time.ts'
import { ENV } from '../protocol/frames.ts'

/** What of this process can be limited, and how `/proc/self/limits` calls it. */
const NAMES = { nproc: 'Max processes', nofile: 'Max open files' } as const

/** How long the helper may take for anything. Real ms. */
const HELPER_LIMIT = 5000

/**
 * Lowers the limit, leaves a process behind that restores it, and ends. That process waits for the end of the FIFO: it
 * comes when the start is over, and also when whoever was to say so has died.
 */
const HELPER = `
exec 3<"$2" && rm -f "$2" || exit 1
old=$(prlimit --pid "$3" --raw --noheadings -o SOFT "--$1") && prlimit --pid "$3" "--$1=0:" || exit 1
{ read -r over <&3; prlimit --pid "$3" "--$1=$old:"; } </dev/null >/dev/null 2>&1 &
`

/**
 * Runs `body` while this process may have no further process, or descriptor. Its soft limit is lowered for the few ms that
 * takes, and restored when this returns. If it cannot be lowered, `impossible` is told why, and `body` run without. Linux.
 * @param place a path at which nothing is
 */
export function underLimit<T>(
  resource: keyof typeof NAMES,
  place: string,
  body: () => T,
  impossible: (reason: string) => void,
): T {
  // Now: afterwards nothing can be opened.
  const limits = openSync('/proc/self/limits', 'r')
  const before = softLimit(limits, resource)
  let over: number | undefined
  try {
    let failed = run('mkfifo', [place])
    if (failed === undefined) {
      over = openSync(place, 'r+')
      failed = run('sh', ['-c', HELPER, 'sh', resource, place, String(process.pid)])
    }
    if (failed !== undefined) impossible(`the limit of the test process could not be lowered: ${failed}`)
    return body()
  } finally {
    if (over !== undefined) closeSync(over)
    const until = realNow() + HELPER_LIMIT
    while (softLimit(limits, resource) !== before && realNow() < until) realPause(1)
    if (softLimit(limits, resource) !== before) {
      process.emitWarning(
        `vitest-supervise: the limit "${NAMES[resource]}" of the test process, which a fault had lowered, could not be ` +
          'restored: it may start nothing more. Run the tests again.',
      )
    }
    closeSync(limits)
    rmSync(place, { force: true })
  }
}

/** Runs a program, and says what went wrong with it. */
function run(file: string, args: readonly string[]): string | undefined {
  // Not of the test's: what it leaves behind outlives this call by a moment.
  const { [ENV.mark]: _mark, ...env } = process.env
  const { error, status, stderr } = spawnSync(file, args, {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: HELPER_LIMIT,
    encoding: 'utf8',
  })
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
}

function softLimit(limits: number, resource: keyof typeof NAMES): string | undefined {
  const buffer = Buffer.alloc(4096)
  const text = buffer.toString('latin1', 0, readSync(limits, buffer, 0, buffer.length, 0))
  const line = text.split('\n').find((one) => one.startsWith(NAMES[resource]))
  return line?.slice(NAMES[resource].length).trim().split(/\s+/)[0]
}
