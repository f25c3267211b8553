import type { AgentScript } from '../../src/protocol/frames.ts'
import type { Stage } from './worlds.ts'

/**
 * A supervisor by hand: starts a command `runs` times, each time when it has ended and 1 s, 2 s, 3 s … later. After 20 s it
 * asks it to end, and kills it 2 s after that.
 */
export function supervise(stage: Stage, id: string, runs: number, script: AgentScript = {}): Promise<void> {
  const { file, args, env } = stage.command(id, script)
  const { setTimeout, clearTimeout } = stage.timers
  return new Promise((resolve) => {
    let run = 0
    const again = (): void => {
      if (run === runs) resolve()
      else setTimeout(start, run * 1000)
    }
    const start = (): void => {
      run += 1
      const guard = setTimeout(() => {
        child?.kill()
        hard = setTimeout(() => child?.kill('SIGKILL'), 2000)
      }, 20_000)
      let hard: ReturnType<typeof setTimeout> | undefined
      let child: ReturnType<Stage['spawn']> | undefined
      let ended = false
      const end = (): void => {
        clearTimeout(guard)
        clearTimeout(hard)
        if (!ended) again()
        ended = true
      }
      try {
        child = stage.spawn(file, args, { env })
      } catch {
        return end()
      }
      child.once('error', end)
      child.once('exit', end)
    }
    start()
  })
}
