import { realNow } from '../../real-time.ts'
import type { CampaignProgress } from './campaign.ts'
import { counted } from '../../counted.ts'

/** Where progress is shown: a stream such as `process.stderr`. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** How often the line is written at most, in ms. */
const EVERY_MS = 100
const CLEAR = '\r\u001B[2K'

/**
 * Shows how far a campaign is: on a terminal in one line that is written anew, at most ten times a second, and is gone at the
 * end; elsewhere, and in CI, in one line at the end.
 */
export class ProgressLine {
  readonly #name: string
  readonly #stream: ProgressStream
  readonly #live: boolean
  readonly #now: () => number
  readonly #began: number
  #shownAt = -Infinity
  #last: CampaignProgress | undefined

  /** @param now in ms */
  constructor(
    name: string,
    stream: ProgressStream,
    environment: Readonly<Record<string, string | undefined>>,
    now: () => number = realNow,
  ) {
    this.#name = name
    this.#stream = stream
    this.#live = stream.isTTY === true && !environment['CI']
    this.#now = now
    this.#began = now()
  }

  show(progress: CampaignProgress): void {
    this.#last = progress
    const now = this.#now()
    if (!this.#live || now - this.#shownAt < EVERY_MS) return
    this.#shownAt = now
    const parts = [...this.#parts(progress), ...timeLeft(progress, now - this.#began)]
    this.#stream.write(CLEAR + parts.join(', ').slice(0, (this.#stream.columns ?? 80) - 1))
  }

  end(): void {
    if (this.#live) this.#stream.write(CLEAR)
    else if (this.#last) this.#stream.write(`${this.#parts(this.#last).join(', ')}\n`)
  }

  #parts({ played, schedules, islands, transitions }: CampaignProgress): string[] {
    return [
      `${this.#name}: ${played.toLocaleString('en')} of ${counted(schedules, 'schedule')}`,
      `${pace(played, this.#now() - this.#began).toLocaleString('en')}/s`,
      counted(transitions, 'transition'),
      counted(islands, 'island'),
    ]
  }
}

/** A second. */
function pace(played: number, elapsed: number): number {
  return elapsed > 0 ? Math.round((played / elapsed) * 1000) : 0
}

function timeLeft({ played, schedules }: CampaignProgress, elapsed: number): string[] {
  const perSecond = pace(played, elapsed)
  const seconds = perSecond > 0 ? Math.ceil((schedules - played) / perSecond) : 0
  if (seconds <= 0) return []
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  if (hours > 0) return [`${hours} h ${minutes} min left`]
  return [minutes > 0 ? `${minutes} min ${seconds % 60} s left` : `${seconds} s left`]
}
