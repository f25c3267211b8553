import type { AgentScript } from '../protocol/frames.ts'
import { Body } from './body.ts'
import type { World } from './world.ts'

export type IdleKind = NonNullable<AgentScript['children']>[number]

/** Starts a process that does nothing until it is killed, and that nobody hears of. */
export function startIdle(world: World, by: Body, kind: IdleKind): Body {
  const program = {
    answers: (signal: NodeJS.Signals) => kind === 'ignore-sigterm' && signal === 'SIGTERM',
    signal() {},
    ended() {},
  }
  return new Body(world, program, { name: `sleep 86400`, by, detached: kind === 'setsid' })
}
