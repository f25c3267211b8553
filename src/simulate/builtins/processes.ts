import childProcess from 'node:child_process'
import { promisify } from 'node:util'

import type { Simulation } from '../simulation.ts'
import { unsupported } from '../unsupported.ts'
import { type Place, type Replace, standIn } from './entered.ts'

type AnyFunction = (...args: unknown[]) => unknown

const STARTING = ['spawn', 'fork', 'exec', 'execFile'] as const
const BLOCKING = ['spawnSync', 'execSync', 'execFileSync'] as const

/** Has `node:child_process` and `process.kill` belong to the simulation that is entered. */
export function replaceProcesses(place: Place, replace: Replace): void {
  for (const name of STARTING) {
    const original = childProcess[name] as AnyFunction
    const ours = (): AnyFunction | undefined => place.current?.simulation.childProcess[name] as AnyFunction
    const start: AnyFunction = (...args) => (ours() ?? original)(...args)
    const promised: AnyFunction = (...args) => (promisify(ours() ?? original) as AnyFunction)(...args)
    const own = promisify.custom in original ? { [promisify.custom]: promised } : {}
    replace(childProcess, name, standIn(original, start, own))
  }
  for (const name of BLOCKING) {
    const original = childProcess[name] as AnyFunction
    const start = (...args: unknown[]): unknown => {
      if (place.current) throw blocking(name)
      return original(...args)
    }
    replace(childProcess, name, standIn(original, start))
  }
  const kill = process.kill.bind(process)
  replace(process, 'kill', (pid: number | string, signal?: NodeJS.Signals | number) =>
    place.current ? killIn(place.current.simulation, Number(pid), signal) : kill(pid as number, signal),
  )
}

/** Never hits anything real. */
function killIn(simulation: Simulation, pid: number, signal: NodeJS.Signals | number | undefined): true {
  const target = Math.abs(pid)
  const isOurs = target === 0 || target === process.pid
  if (!isOurs) return simulation.kill(pid, signal ?? 'SIGTERM')
  if (signal === 0) return true
  throw unsupported(
    `\`process.kill(${pid}, ${JSON.stringify(signal ?? 'SIGTERM')})\` is meant for this process itself, which a simulation ` +
      'shares with the test: it would end that',
    'Have the program call what it does at that signal, as by `process.emit`, or test it with real processes',
    { pid, signal },
  )
}

function blocking(name: string): Error {
  return unsupported(
    `\`${name}\` blocks this thread until a process ends, and no process of a simulation does anything meanwhile`,
    `Use \`${name.replace('Sync', '')}\`, or test it with real processes`,
    { function: name },
  )
}
