/** How a program stops what it has started. */
export interface RestartPresetStop {
  /** The first signal; undefined: none, or the one that the program itself was sent. */
  readonly signal: NodeJS.Signals | undefined
  /** How long after that it kills, in ms; undefined: never. */
  readonly graceMs: number | undefined
  /** Who gets these signals. `container` is a container or cgroup, which nobody leaves by `setsid`. */
  readonly scope: 'process' | 'group' | 'tree' | 'container'
}

/** What is known of a program and its restarts: for people, and for checks of the program itself. No loop uses it. */
export interface RestartPresetFacts {
  readonly name: string
  readonly as: 'documented' | 'observed'
  /** What it restarts after. */
  readonly restarts: string
  /** When it gives up. */
  readonly limit: string
  /** When delay or count begin anew. */
  readonly reset: string
  readonly stop: RestartPresetStop
  /** Where this is from. */
  readonly source: string
  /** What the program was seen to do, or what its source says, where that is not what its documentation says. */
  readonly seen: string | undefined
  /** How its own settings are written here, and what is not modelled. */
  readonly notes: readonly string[]
}
