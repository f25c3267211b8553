/** In which time a supervisor is put to the checks. The same in every run of the same supervisor. */
export interface TrialTime {
  readonly time: 'real' | 'virtual'
  /** Why its time is real although its adapter does not say so. */
  readonly because?: string
}

/** One plain sentence. */
export function sentenceOf({ time, because }: TrialTime): string {
  return `In ${time} time${because === undefined ? '' : `, since ${because}`}.`
}
