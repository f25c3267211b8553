/** How something is: as it has to be; so that less can be done, or tests are skipped; so that tests will fail. */
export type Level = 'ok' | 'warning' | 'problem'

/** One thing that was looked at. */
export interface Finding {
  readonly topic: string
  readonly level: Level
  /** What was found. */
  readonly found: string
  /** What to do about it. */
  readonly advice?: string
}

export function ok(topic: string, found: string): Finding {
  return { topic, level: 'ok', found }
}

export function warning(topic: string, found: string, advice: string): Finding {
  return { topic, level: 'warning', found, advice }
}

export function problem(topic: string, found: string, advice: string): Finding {
  return { topic, level: 'problem', found, advice }
}
