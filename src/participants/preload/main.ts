import { readFileSync } from 'node:fs'

import { tellsEvents } from '../../clock/quiet.ts'
import { builtin } from '../../preload/builtins.ts'
import { ENV } from '../../protocol/frames.ts'
import { APART, type PreloadOptions } from '../frames.ts'
import { Member } from './member.ts'

/**
 * Has this thread go by the clock of its test, unless it speaks for itself, was told not to, or has a Node too old to know when it
 * rests.
 */
export function start(options: PreloadOptions): void {
  const place = process.env[ENV.clock]
  if (place === undefined || place === '' || place === APART || !tellsEvents()) return
  const { isMainThread, threadId } = builtin('node:worker_threads')
  if (isMainThread && !isEvaluated() && process.argv[1]?.startsWith(options.agents)) {
    process.env[ENV.clock] = APART
    return
  }
  const now = Number(readFileSync(options.now, 'latin1'))
  const member = new Member(options, { place, thread: isMainThread ? 0 : threadId, now })
  member.join()
}

/** Whether the program is a text of the command line: then what follows are its arguments. */
function isEvaluated(): boolean {
  return process.execArgv.some((word) => /^(?:-e|-p|-pe|--eval|--print)(?:=|$)/.test(word))
}
