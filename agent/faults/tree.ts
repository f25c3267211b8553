import { type ChildKind, startChild, startMany } from '../children.ts'
import { count } from './options.ts'
import type { Fault, FaultOptions } from './stage.ts'

const KINDS: readonly string[] = ['ordinary', 'ignore-sigterm', 'setsid']

export const tree: Readonly<Record<string, Fault>> = {
  /** Starts a child of the kind `kind`, default `ordinary`, which outlives this process. */
  async leaveChild(options, _stage, confirm) {
    const kind = kindOf(options)
    await startChild(kind)
    confirm({ kind })
  },
  ...(process.platform === 'win32' ? {} : { daemonize, forkStorm }),
}

/** Goes on in a process of its own session, and exits with 0. */
async function daemonize(...[, , confirm]: Parameters<Fault>): Promise<void> {
  await startChild('setsid')
  confirm({ code: 0, kind: 'setsid' }, () => process.exit(0))
}

/** Starts `children` processes at once, which outlive this one. */
async function forkStorm(...[options, , confirm]: Parameters<Fault>): Promise<void> {
  confirm({ children: await startMany(count(options, 'children')) })
}

function kindOf(options: FaultOptions): ChildKind {
  const kind = options['kind'] ?? 'ordinary'
  if (typeof kind === 'string' && KINDS.includes(kind)) return kind as ChildKind
  throw new Error(`its option "kind" is ${JSON.stringify(kind)}, none of ${KINDS.join(', ')}`)
}
