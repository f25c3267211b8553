import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

import type { AgentHandle, FaultWhere, Harness } from '../../../src/index.ts'
import { randomStream } from '../../../src/random.ts'
import { SAMPLES } from './faults.ts'

export type Core = typeof import('../../../src/index.ts')

/** One run, as its seed has it. */
export interface Plan {
  readonly fault: keyof typeof SAMPLES
  readonly at: FaultWhere['at']
  readonly start: 'one' | 'two' | 'command' | 'virtual'
  readonly end: 'nothing' | 'close' | 'kill' | 'term' | 'abort' | 'close while starting'
  /** When the end begins, after the start. Real ms. */
  readonly after: number
  /** Whether the supervisor of a command is killed before the harness is closed. */
  readonly first: boolean
}

/** What became of the fault of a run. */
export type Outcome = 'fired' | 'not fired' | 'unsupported'

export function planOf(seed: number): Plan {
  const random = randomStream(seed, 'soak')
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const fault = oneOf(Object.keys(SAMPLES) as (keyof typeof SAMPLES)[])
  return {
    fault,
    at: oneOf([
      undefined,
      undefined,
      'start',
      'ready',
      { message: 1 },
      { after: Math.floor(random() * 20) },
    ] as const),
    // What never rests lets no virtual time pass.
    start: oneOf(['one', 'one', 'two', 'command', fault === 'busyLoop' ? 'one' : 'virtual']),
    end: oneOf(['nothing', 'close', 'kill', 'term', 'abort', 'close while starting']),
    after: random() * 120,
    first: random() < 0.5,
  }
}

/** Does one run in a harness of its own. Rejects with what should not have happened. */
export async function soak(core: Core, plan: Plan): Promise<Outcome> {
  // Without its connection an agent beats on in real time, and virtual time would wait for it in vain.
  const script = { children: ['setsid' as const], ...(plan.start === 'virtual' ? {} : { heartbeat: 5 }) }
  const harness = await core.createHarness({ keepRuntimeDir: 'never', spawn: { closeGrace: 40, script } })
  let outcome: Outcome | undefined
  try {
    const fired = inject(core, harness, plan)
    if (plan.start === 'command') await underSupervisor(harness, plan)
    else await underTest(core, harness, plan)
    outcome = fired === undefined ? 'unsupported' : fired() ? 'fired' : 'not fired'
  } finally {
    await close(harness, plan)
  }
  return outcome
}

/** What a supervisor had just started when it was killed is something that nobody stops. */
async function close(harness: Harness, { start }: Plan): Promise<void> {
  await harness.close().catch((error: unknown) => {
    if (start !== 'command' || (error as { code?: string }).code !== 'ERR_PROCESS_LEAK') throw error
  })
}

/** Tells whether the fault has fired; undefined where this machine has no such fault. */
function inject(core: Core, harness: Harness, { fault, at }: Plan): (() => boolean) | undefined {
  const order = SAMPLES[fault](core.fault)
  // A point that this fault cannot strike at is none for it.
  for (const point of [at, undefined]) {
    try {
      const where = {
        attempts: 'every',
        optional: true,
        ...(point === undefined ? {} : { at: point }),
      } as const
      const injection = harness.faults.inject(order, where)
      return () => injection.fired
    } catch (error) {
      const { code } = error as { code?: string }
      if (code === 'ERR_FAULT_UNSUPPORTED' || code === 'ERR_FAULT_UNAVAILABLE') return undefined
      if (code !== 'ERR_OPTION_INVALID' || point === undefined) throw error
    }
  }
}

async function underTest(core: Core, harness: Harness, { start, end, after }: Plan): Promise<void> {
  const clock = start === 'virtual' ? harness.installClock() : undefined
  const controller = new AbortController()
  const options = end === 'abort' ? { signal: controller.signal } : {}
  const starts = Array.from({ length: start === 'two' ? 2 : 1 }, () => harness.spawner.spawn('web', options))
  const started = Promise.allSettled(starts)
  if (end === 'close while starting') {
    await harness.close()
    return void (await started)
  }
  const handles = (await started).flatMap((one) =>
    one.status === 'fulfilled' ? [one.value] : expected(core, one.reason),
  )
  for (const handle of handles) handle.send('hello').catch(() => {}) // It may be gone.
  if (clock) await clock.advance(after).catch((error: unknown) => expected(core, error))
  // This is no wait for anything: the moment is to be any.
  else await delay(after)
  if (end === 'abort') controller.abort()
  const closing = handles.map((handle) => finish(handle, end))
  await (clock ? clock.runUntil(Promise.all(closing)) : Promise.all(closing))
}

async function finish(handle: AgentHandle, end: Plan['end']): Promise<void> {
  if (end === 'close') await handle.close()
  else if (end === 'kill') handle.kill('SIGKILL')
  else if (end === 'term') handle.kill('SIGTERM')
}

/** A supervisor of a few words, which knows nothing of us. */
async function underSupervisor(harness: Harness, plan: Plan): Promise<void> {
  const loop = 'while :; do "$0" >/dev/null 2>&1; sleep 0.01; done'
  const child = spawn('/bin/sh', ['-c', loop, harness.agentCommand.file], { stdio: 'ignore' })
  try {
    await delay(plan.after)
    if (plan.first) await killed(child)
    await close(harness, plan)
  } finally {
    await killed(child)
  }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** What a fault may bring about in a start or in virtual time. Throws everything else. */
function expected(core: Core, error: unknown): [] {
  const codes = [
    'ERR_AGENT_NOT_FOUND',
    'ERR_AGENT_NOT_EXECUTABLE',
    'ERR_RUNTIME_DIR',
    'ERR_AGENT_SPAWN_FAILED',
    'ERR_CLOCK_STALLED',
  ]
  if (error instanceof core.SuperviseError && codes.includes(error.code)) return []
  throw error
}
