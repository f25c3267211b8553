import { type Check, oneOf } from '../../option-checks.ts'
import { checkArgument, EVERYWHERE, type FactsOf, type Fault, make, POSIX } from '../make.ts'

/** How a process that is left behind meets its end: like any other, deaf to SIGTERM, or out of its group and session. */
export type LeftChild = 'ordinary' | 'ignore-sigterm' | 'setsid'

/** Processes that the agent starts and leaves behind. The test finds and ends them all. */
export const tree = {
  /** Starts a process that outlives it. Default `'ordinary'`. */
  leaveChild(kind: LeftChild = 'ordinary'): Fault {
    checkArgument('leaveChild', 'kind', kind, oneOf('ordinary', 'ignore-sigterm', 'setsid'))
    return make('leaveChild', 'ready', { kind })
  },
  /** Goes on in a process of another session, and exits with code 0, as daemons do. Not on Windows. */
  daemonize(): Fault {
    return make('daemonize', 'ready')
  },
  /** Starts so many processes at once, 1 to 1000, which outlive it. Not on Windows. */
  forkStorm(children: number): Fault {
    checkArgument('forkStorm', 'children', children, upToAThousand)
    return make('forkStorm', 'ready', { children })
  },
}

export const treeFacts: FactsOf<typeof tree> = {
  leaveChild: { on: EVERYWHERE, finds: 'processes that are left behind' },
  daemonize: { on: POSIX, finds: 'a service that runs taken for one that has stopped' },
  forkStorm: { on: POSIX, finds: 'a stop that ends them one by one, or not all' },
}

const upToAThousand: Check = (value) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 1000
    ? undefined
    : 'a whole number from 1 to 1000'
