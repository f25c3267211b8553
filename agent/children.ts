import { once } from 'node:events'

import type { AgentScript } from '../src/protocol/frames.ts'

/** What a scripted child does about being killed. */
export type ChildKind = NonNullable<AgentScript['children']>[number]

/**
 * Starts a process that does nothing for a day, and resolves when it is what it is to be: a signal ignored, its own
 * session entered, no pipe of the agent held. It outlives the agent unless somebody kills it.
 */
export async function startChild(kind: ChildKind): Promise<void> {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const [file, args] = process.platform === 'win32' ? windowsChild() : posixChild(kind)
  const child = spawn(file, args, { detached: kind === 'setsid', stdio: ['ignore', 'pipe', 'ignore'] })
  child.unref()
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  // Its last act before it becomes what it is to be is to let go of this pipe.
  await once(child.stdout, 'end')
  if (text.trim() !== 'up') throw new Error(`a child of the kind "${kind}" did not start`)
}

function posixChild(kind: ChildKind): [string, string[]] {
  const trap = kind === 'ignore-sigterm' ? 'trap "" TERM; ' : ''
  return ['/bin/sh', ['-c', `${trap}echo up; exec sleep 86400 >/dev/null`]]
}

function windowsChild(): [string, string[]] {
  return [
    process.execPath,
    ['-e', 'fs.writeSync(1, "up"); fs.closeSync(1); setTimeout(() => {}, 86_400_000)'],
  ]
}
