import { boundedRestarts } from './bounded-restarts.ts'
import { giveUpIsReported } from './give-up-is-reported.ts'
import { monotoneBackoff } from './monotone-backoff.ts'
import { noLeaks } from './no-leaks.ts'
import { noOverlap } from './no-overlap.ts'
import { oneExitPerStart } from './one-exit-per-start.ts'
import { stopIsFinal } from './stop-is-final.ts'

/** What holds of every good supervisor, as invariants of an exploration. */
export const invariant = Object.freeze({
  noOverlap,
  monotoneBackoff,
  boundedRestarts,
  stopIsFinal,
  noLeaks,
  oneExitPerStart,
  giveUpIsReported,
})
