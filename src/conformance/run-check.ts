import type { SupervisorAdapter } from './adapter.ts'
import type { Check } from './check.ts'
import { Trial, type TrialParts } from './trial.ts'
import { Deviation, Inapplicable, type Verdict } from './verdict.ts'

/** Why this check does not apply to that supervisor, as far as is known before it runs; undefined if it does. */
export function inapplicable(check: Check, adapter: SupervisorAdapter): string | undefined {
  return check.unless?.(adapter.facts ?? {}, adapter)
}

/**
 * Puts a supervisor to one check. Everything that it has left is killed afterwards, and is no error here. Rejects only if the
 * adapter or the test around it fails.
 */
export async function runCheck(check: Check, parts: TrialParts): Promise<Verdict> {
  const reason = inapplicable(check, parts.adapter)
  if (reason !== undefined) return { kind: 'not applicable', reason }
  const trial = new Trial(parts)
  try {
    await check.run(trial)
    return { kind: 'pass' }
  } catch (error) {
    if (error instanceof Inapplicable) return { kind: 'not applicable', reason: error.message }
    if (!(error instanceof Deviation)) throw error
    const { expected, seen, detail } = error
    return { kind: 'fail', expected, seen, detail }
  } finally {
    await trial.close()
  }
}
