import { readFileSync } from 'node:fs'
import path from 'node:path'

import { systemCode } from '../../errors.ts'
import type { Json } from '../../json.ts'
import { type Confinement, type Surroundings, text, type Wrap } from './wrap.ts'

/** The nth such call kills the process before it has done anything. */
export function diesAtSystemCall(confinement: Confinement, surroundings: Surroundings): Wrap {
  return injected(confinement, surroundings, 'signal=KILL')
}

/** The nth such call does nothing but fail. */
export function failSystemCall(confinement: Confinement, surroundings: Surroundings): Wrap {
  return injected(confinement, surroundings, `error=${text(confinement.options, 'errno')}`)
}

/** Detached, with threads and children, and with few words besides. */
const TRACER = ['strace', '-D', '-f', '-qq', '-e', 'signal=none']

/** The tracer is no parent of the agent, nor its child, and ends with it. */
function injected({ options }: Confinement, { runtimeDir, place }: Surroundings, what: string): Wrap {
  const name = text(options, 'name')
  const n = Number(options['n'])
  const given = text(options, 'path')
  // A call may name a file by its descriptor, by its whole path, or as the program was told it.
  const at = given === '' ? [] : ['-P', path.resolve(runtimeDir, given), '-P', given]
  const inject = `inject=${name}:${what}:when=${n}`
  return {
    command: [...TRACER, '-o', place, ...at, '-e', `trace=${name}`, '-e', inject, '--'],
    env: {},
    witness: () => proofIn(logAt(place), name, n),
  }
}

/** The tracer writes a line for each call, under the number of the thread, each of which it counts for itself. */
function proofIn(log: string, name: string, n: number): Json | undefined {
  const calls = new Map<string, number>()
  for (const [, thread = ''] of log.matchAll(new RegExp(`^(\\d+) +${name}\\(`, 'gm'))) {
    const count = (calls.get(thread) ?? 0) + 1
    calls.set(thread, count)
    if (count === n) return { call: name, n }
  }
  return undefined
}

function logAt(place: string): string {
  try {
    return readFileSync(place, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return ''
    throw error
  }
}
