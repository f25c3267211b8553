/** What of the page an address names: all of it after `#`, so that it works from a file. */
export interface Address {
  readonly test: string | undefined
  /** The number of a try; undefined: its last. */
  readonly attempt: number | undefined
  /** Which of the timelines of a try, from 1. */
  readonly timeline: number
  /** The `seq` of an event. */
  readonly event: number | undefined
}

export const NOWHERE: Address = { test: undefined, attempt: undefined, timeline: 1, event: undefined }

/** Anything that is no address of this page names nothing. */
export function parseAddress(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  return {
    test: fields.get('test') ?? undefined,
    attempt: count(fields.get('try')),
    timeline: count(fields.get('timeline')) ?? 1,
    event: count(fields.get('event')),
  }
}

/** Begins with `#`. */
export function formatAddress({ test, attempt, timeline, event }: Address): string {
  if (test === undefined) return '#'
  const fields = new URLSearchParams({ test })
  if (attempt !== undefined) fields.set('try', `${attempt}`)
  if (timeline !== 1) fields.set('timeline', `${timeline}`)
  if (event !== undefined) fields.set('event', `${event}`)
  return `#${fields}`
}

function count(text: string | null): number | undefined {
  const value = Number(text)
  return Number.isSafeInteger(value) && value > 0 ? value : undefined
}
