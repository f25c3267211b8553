import path from 'node:path'

import { type Clock, systemClock } from '../clock/clock.ts'
import type { SupervisorOptions } from '../options.ts'
import { ENV } from '../protocol/frames.ts'
import type { ClockPlace } from './clock-place.ts'
import { hermeticEnvironment } from './environment.ts'
import { launch } from './launch.ts'
import type { Surroundings } from './surroundings.ts'
import { SupervisorHandle } from './supervisor-handle.ts'

/** @internal What supervisors share with the test they belong to. */
export interface SupervisorContext {
  readonly runtimeDir: string
  readonly clock: Clock
  readonly surroundings: Surroundings
  /** That among those who go by the clock; undefined: its time is real. */
  readonly place: ClockPlace | undefined
  /** One of its own for this supervisor. */
  readonly mark: string
  /** Called in the tick in which the process came to be. */
  readonly onStart: (handle: SupervisorHandle) => void
  /** Called when it and all that it started are gone. */
  readonly onClosed: (handle: SupervisorHandle) => void
}

/**
 * Starts a program, found in its `PATH` or at a path, as the leader of its own process group. Resolves once the process
 * exists. Rejects with `ERR_AGENT_NOT_FOUND`, `ERR_AGENT_NOT_EXECUTABLE`, `ERR_RUNTIME_DIR` or `ERR_AGENT_SPAWN_FAILED`, or
 * with the reason of `options.signal`; then nothing was started.
 */
export function startSupervisor(
  program: string,
  args: readonly string[],
  options: SupervisorOptions,
  context: SupervisorContext,
): Promise<SupervisorHandle> {
  const { runtimeDir, clock, mark, surroundings, place } = context
  const { env, inheritEnv, cwd = runtimeDir, stopSignal = 'SIGTERM', closeGrace = 3000, signal } = options
  const name = nameOfCommand(program, args)
  const around = surroundings.environment(hermeticEnvironment(runtimeDir, inheritEnv), env ?? {}, { mark })
  return launch(
    {
      what: name,
      // A path is seen from where the test runs, and not from the runtime directory.
      file: path.basename(program) === program ? program : path.resolve(program),
      isProgram: true,
      args,
      cwd: path.resolve(cwd),
      env: {
        ...around,
        ...place?.environment(around),
        [ENV.runtimeDir]: runtimeDir,
        [ENV.mark]: mark,
      },
      control: false,
      signal,
    },
    (child) => {
      const onClosed = (): void => context.onClosed(handle)
      const graceBy = place ? clock : systemClock
      const handle = new SupervisorHandle({
        name,
        child,
        mark,
        clock,
        graceBy,
        stopSignal,
        closeGrace,
        onClosed,
      })
      context.onStart(handle)
      return handle
    },
  )
}

/** The longest name that still is one. Characters. */
const NAME_LENGTH = 60

/** How messages call a supervisor: by its command, without the directories in it, which no two machines share. */
export function nameOfCommand(program: string, args: readonly string[]): string {
  const words = [program, ...args].map((word) => (path.isAbsolute(word) ? path.basename(word) : word))
  const line = words.join(' ').replaceAll(/\s+/g, ' ')
  return `supervisor "${line.length > NAME_LENGTH ? `${line.slice(0, NAME_LENGTH - 1)}…` : line}"`
}
