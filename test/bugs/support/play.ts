import { faultsOf, type Schedule, stepsOf } from '../schedule.ts'
import type { SupervisorClass, SupervisorOptions, SupervisorParts } from '../supervisor.ts'
import { Agenda } from './agenda.ts'
import { FakeChild } from './fake-child.ts'
import type { Story, StoryEvent } from './story.ts'

type Untimed<T> = T extends unknown ? Omit<T, 'at'> : never

/** Plays a schedule against a supervisor, in a world without processes and time, for so many ms; tells what happened. */
export async function play(
  Supervisor: SupervisorClass,
  schedule: Schedule,
  options: SupervisorOptions,
  lasts: number,
): Promise<Story> {
  const agenda = new Agenda()
  const story: StoryEvent[] = []
  const tell = (event: Untimed<StoryEvent>): void => {
    story.push({ at: agenda.now, ...event })
  }
  const supervisor = new Supervisor(world(agenda, schedule, tell), options)
  const call = (step: 'start' | 'stop'): void => {
    tell({ kind: `${step} call` })
    if (step === 'start') supervisor.start()
    else
      supervisor.stop().then(
        () => tell({ kind: 'stopped' }),
        () => tell({ kind: 'stop failed' }),
      )
  }
  const times = new Set([0, ...stepsOf(schedule).map(({ at }) => at)])
  for (const time of times) {
    agenda.add(time, () => {
      if (time === 0) call('start')
      for (const { step, at } of stepsOf(schedule)) if (at === time) call(step)
    })
  }
  try {
    await agenda.runUntil(lasts)
  } catch {
    // What nobody catches in reality ends the process of the supervisor, and with it all that it had in mind.
    tell({ kind: 'crashed' })
  }
  return story
}

function world(
  agenda: Agenda,
  schedule: Schedule,
  tell: (event: Untimed<StoryEvent>) => void,
): SupervisorParts {
  let attempts = 0
  const set = (repeats: boolean, run: () => void, given = 0): number => {
    const delay = given >= 1 && given < 2 ** 31 ? given : 1
    const over = (): void => (repeats ? undefined : tell({ kind: 'timer over', timer }))
    const timer = agenda.add(
      delay,
      () => {
        over()
        run()
      },
      repeats ? delay : undefined,
    )
    tell({ kind: 'timer set', timer })
    return timer
  }
  const clear = (timer?: number): void => {
    if (timer === undefined) return
    agenda.cancel(timer)
    tell({ kind: 'timer over', timer })
  }
  const spawn = (): FakeChild => {
    attempts += 1
    const attempt = attempts
    const faults = faultsOf(schedule).filter((entry) => entry.attempt === attempt)
    return new FakeChild(attempt, faults, agenda, (kind, signal) =>
      tell((signal ? { kind, attempt, signal } : { kind, attempt }) as Untimed<StoryEvent>),
    )
  }
  return {
    spawn: spawn as unknown as SupervisorParts['spawn'],
    timers: {
      setTimeout: (run: () => void, ms?: number) => set(false, run, ms),
      setInterval: (run: () => void, ms?: number) => set(true, run, ms),
      clearTimeout: clear,
      clearInterval: clear,
    } as unknown as SupervisorParts['timers'],
    now: () => agenda.now,
    file: 'agent',
    args: [],
    env: {},
    onGiveUp: () => tell({ kind: 'gave up' }),
  }
}
