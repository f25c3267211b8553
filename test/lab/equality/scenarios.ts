import type { Scenario } from '../../../src/explore/exploration.ts'
import type { ScenarioCommand, ScenarioWorld } from '../../../src/explore/play/stage.ts'
import { CORRECT } from '../../bugs/catalogue.ts'
import { OPTIONS, type SupervisorClass } from '../../bugs/supervisor.ts'

/** What the user of a scenario does. */
export interface Subject {
  start(): unknown
  stop(): unknown
}

/** One for each agent. */
function eachOf(make: (world: ScenarioWorld, command: ScenarioCommand) => Subject): Scenario<Subject> {
  return (world) => {
    const all = Object.values(world.agents).map((command) => make(world, command))
    for (const one of all) one.start()
    return {
      start: () => all.forEach((one) => one.start()),
      stop: () => Promise.all(all.map((one) => one.stop())),
    }
  }
}

/** What agents print on stderr is nothing for whoever compares. */
function quiet({ spawn }: ScenarioWorld): ScenarioWorld['spawn'] {
  return ((file: string, args: readonly string[], { env }: { env: Record<string, string> }) =>
    spawn(file, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })) as unknown as ScenarioWorld['spawn']
}

function supervised(Supervisor: SupervisorClass): Scenario<Subject> {
  return eachOf((world, { id, file, args, env }) => {
    const { timers, now, gaveUp } = world
    const spawn = quiet(world)
    return new Supervisor({ spawn, timers, now, file, args, env, onGiveUp: () => gaveUp(id) }, OPTIONS)
  })
}

/** A restart loop over handles, which stops when it is told so. */
class Looped implements Subject {
  readonly #world: ScenarioWorld
  readonly #id: string
  #over: AbortController | undefined
  #ended = Promise.resolve()

  constructor(world: ScenarioWorld, { id }: ScenarioCommand) {
    this.#world = world
    this.#id = id
  }

  start(): void {
    if (this.#over) return
    const over = new AbortController()
    this.#over = over
    const { restartLoop, timeline } = this.#world
    const loop = restartLoop({
      id: this.#id,
      policy: this.#id === 'two' ? 'always' : 'on-failure',
      maxRestarts: 4,
      resetAfter: 8000,
    })
    this.#ended = loop.run(over.signal).then(
      ({ reason }) => timeline.note(`${this.#id}: ${reason}`),
      () => {},
    )
  }

  stop(): Promise<void> {
    this.#over?.abort()
    this.#over = undefined
    return this.#ended
  }
}

/** Notes everything that Node tells of its child, and starts it again 1.5 s after it has closed. */
class Witness implements Subject {
  readonly #world: ScenarioWorld
  readonly #command: ScenarioCommand
  #child: ReturnType<ScenarioWorld['spawn']> | undefined
  #timer: NodeJS.Timeout | undefined
  #wanted = false

  constructor(world: ScenarioWorld, command: ScenarioCommand) {
    this.#world = world
    this.#command = command
  }

  start(): void {
    if (!this.#wanted) this.#launch()
    this.#wanted = true
  }

  stop(): void {
    this.#wanted = false
    this.#world.timers.clearTimeout(this.#timer)
    const child = this.#child
    if (child) this.#note(`kill: ${child.kill()}`)
  }

  #launch(): void {
    const { spawn, timers } = this.#world
    const { file, args, env } = this.#command
    let printed = 0
    const again = (): void => {
      this.#child = undefined
      if (this.#wanted) this.#timer = timers.setTimeout(() => this.#launch(), 1500)
    }
    let child
    try {
      child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    } catch (error) {
      this.#note(`threw ${(error as NodeJS.ErrnoException).code}`)
      return again()
    }
    this.#child = child
    child.stdin.on('error', () => {})
    child.on('spawn', () => this.#note('spawn'))
    child.on('error', (error: NodeJS.ErrnoException) => this.#note(`error ${error.code}`))
    child.on('exit', (code, signal) => this.#note(`exit ${code} ${signal}`))
    child.on('close', (code, signal) => {
      this.#note(`close ${code} ${signal}`)
      again()
    })
    child.stdout.on('data', (data: Buffer) => (printed += data.length))
    child.stdout.on('end', () => this.#note(`stdout ends after ${printed}`))
    child.stderr.resume().on('end', () => this.#note('stderr ends'))
  }

  #note(text: string): void {
    this.#world.timeline.note(`${this.#command.id}: ${text}`)
  }
}

/** What is played in both worlds. */
export const SCENARIOS: Readonly<Record<string, Scenario<Subject>>> = {
  ...Object.fromEntries(
    Object.entries(CORRECT).map(([name, Supervisor]) => [name, supervised(Supervisor)] as const),
  ),
  'restart loop': eachOf((world, command) => new Looped(world, command)),
  witness: eachOf((world, command) => new Witness(world, command)),
}
