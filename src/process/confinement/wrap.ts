import type { Json } from '../../json.ts'

/** Something that the system does to an agent, and for which its start is made ready. */
export interface Confinement {
  readonly name: string
  readonly options: { readonly [option: string]: Json }
  /** The order that is confirmed when the system shows that it has happened; none if the agent confirms it. */
  readonly id?: number | undefined
}

/** Where an agent is started that is to be confined. */
export interface Surroundings {
  readonly runtimeDir: string
  /** A path that is this confinement's alone. */
  readonly place: string
}

/** What makes a start ready for a confinement. */
export interface Wrap {
  /** The words before those of the program, which it becomes: the process stays the same. */
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** What the system shows of it, once it has happened. */
  readonly witness?: () => Json | undefined
}

/** The option of this name as text. */
export function text(options: Confinement['options'], name: string): string {
  const value = options[name]
  return typeof value === 'string' ? value : ''
}
