import { type FaultForm, madeOf } from './fault-forms.ts'
import type { Moments } from './moments.ts'
import { isFault, type Schedule, type ScheduledFault } from '../schedule.ts'
import type { Simplicity } from './simplicity.ts'

type Target = Pick<ScheduledFault, 'agent' | 'attempt'>

/**
 * Schedules in which one entry is replaced by any other, and another one is left out, since what two of them do together one
 * may do by itself; and then such in which all others stay. There are many: for short schedules with which nothing else has
 * helped.
 */
export function* replacements(
  schedule: Schedule,
  moments: Moments,
  { forms }: Simplicity,
  steps: readonly string[],
): Generator<Schedule> {
  const times = halves(moments)
  const faults = targets(schedule).flatMap((target) =>
    forms.flatMap((form) => [...placed(form, target, moments, times)]),
  )
  const all = [...faults, ...steps.flatMap((step) => times.map((at) => ({ step, at })))]
  const rests: Schedule[] = schedule.map((_, dropped) => schedule.toSpliced(dropped, 1))
  for (const rest of [...rests, schedule])
    for (const index of rest.keys()) for (const entry of all) yield rest.with(index, entry)
}

/** What the faults of a schedule strike, and the first attempt. */
function targets(schedule: Schedule): Target[] {
  const faults = schedule.filter(isFault)
  const all = faults.flatMap(({ agent, attempt }) =>
    [1, attempt].map((attempt) => ({ ...(agent !== undefined && { agent }), attempt })),
  )
  const different = new Map([{ attempt: 1 }, ...all].map((target) => [JSON.stringify(target), target]))
  return [...different.values()]
}

function* placed(
  form: FaultForm,
  target: Target,
  moments: Moments,
  times: readonly number[],
): Generator<ScheduledFault> {
  for (const at of form.points) yield madeOf(form, target, at)
  const ready = moments.readyAt(target)
  if (!form.later || ready === undefined) return
  for (const time of times) if (time > ready) yield madeOf(form, target, { after: time - ready })
}

/** Each time of the play, and the middle to the next one. */
function halves({ times }: Moments): number[] {
  const all = times.flatMap((time, index) => [time, Math.floor((time + (times[index + 1] ?? time)) / 2)])
  return [...new Set(all)]
}
