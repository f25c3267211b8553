import { once } from 'node:events'

import type { AgentScript } from '../src/protocol/frames.ts'

/** What a scripted child does about being killed. */
export type ChildKind = NonNullable<AgentScript['children']>[number]

/**
 * Starts a process that does nothing for a day, and resolves when it is what it is to be: a signal ignored, its own
 * session entered, no pipe of the agent held. It outlives the agent unless somebody kills it.
 */
export async function startChild(kind: ChildKind): Promise<void> {
  const trap = kind === 'ignore-sigterm' ? 'trap "" TERM; ' : ''
  const shell = `${trap}echo up; exec sleep 86400 >/dev/null`
  if ((await startShell(shell, { detached: kind === 'setsid' })) === 'up') return
  throw new Error(`a child of the kind "${kind}" did not start`)
}

/** Starts a process that holds the outputs of this one open for a day, and resolves when it does. Not on Windows. */
export async function startHolder(): Promise<void> {
  if ((await startShell('echo up >&3; exec sleep 86400 3>&-', { outputs: 'inherit' })) === 'up') return
  throw new Error('no process could be started that holds the outputs')
}

/** Starts so many processes that do nothing for a day, and resolves with their number. Not on Windows. */
export async function startMany(children: number): Promise<number> {
  const loop = `n=0; while [ $n -lt ${children - 1} ]; do sleep 86400 >/dev/null & n=$((n+1)); done`
  return Number(await startShell(`${loop}; echo $((n+1)); exec sleep 86400 >/dev/null`, {}))
}

/** Starts a shell, and resolves with what it says until it lets go of the pipe that it says it on. */
async function startShell(
  command: string,
  { detached = false, outputs = 'ignore' }: { detached?: boolean; outputs?: 'ignore' | 'inherit' },
): Promise<string> {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const [file, args] =
    process.platform === 'win32' ? windowsChild() : (['/bin/sh', ['-c', command]] as [string, string[]])
  const child = spawn(file, args, {
    detached,
    stdio: outputs === 'inherit' ? ['ignore', 'inherit', 'inherit', 'pipe'] : ['ignore', 'pipe', 'ignore'],
  })
  child.unref()
  const said = child.stdio[outputs === 'inherit' ? 3 : 1]
  if (said === null || said === undefined || !('setEncoding' in said)) return ''
  let text = ''
  said.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  // Its last act before it becomes what it is to be is to let go of this pipe.
  await once(said, 'end')
  return text.trim()
}

function windowsChild(): [string, string[]] {
  return [
    process.execPath,
    ['-e', 'fs.writeSync(1, "up"); fs.closeSync(1); setTimeout(() => {}, 86_400_000)'],
  ]
}
