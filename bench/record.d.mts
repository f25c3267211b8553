/** One figure of a campaign. */
export interface CampaignRow {
  /** In the order of the campaign's promises, which bench/campaigns.mjs has. */
  readonly value: string
  /** Whether the promise is kept; null: what has run holds, but it was less than was promised. */
  readonly met: boolean | null
  readonly note?: string
}

/**
 * Keeps what a campaign has come to for the table of `npm run bench`, in place of what it came to last time. `root` is the
 * repository's; `argv` are the arguments with which it can be repeated, by default this process's own.
 */
export function recordResult(
  root: string,
  name: string,
  rows: readonly CampaignRow[],
  argv?: readonly string[],
): void
