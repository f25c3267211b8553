/** What happened, in order. Times in ms; attempts count from 1; timers have numbers of their own. */
export type Story = readonly StoryEvent[]

export type StoryEvent = { readonly at: number } & (
  | { readonly kind: 'start call' | 'stop call' | 'stopped' | 'stop failed' | 'gave up' | 'crashed' }
  | { readonly kind: 'start' | 'ready' | 'fault' | 'end'; readonly attempt: number }
  | { readonly kind: 'signal'; readonly attempt: number; readonly signal: NodeJS.Signals }
  | { readonly kind: 'timer set' | 'timer over'; readonly timer: number }
)

/** What is the case after some of the events. */
export class State {
  /** Attempts that are running. */
  readonly alive = new Set<number>()
  readonly timers = new Set<number>()
  /** When those that are running became ready. */
  readonly readySince = new Map<number, number>()
  readonly struck = new Set<number>()
  /** Whether the last call of the user was `stop`. */
  stopping = false
  /** Whether the user wants it to run, and it has not given up. */
  active = false
  /** How many calls of `stop` have no answer yet. */
  stops = 0

  static after(story: Story): State {
    const state = new State()
    for (const event of story) state.add(event)
    return state
  }

  /** Whether the event begins the supervision, as a `start` that finds it running does not. */
  begins(event: StoryEvent): boolean {
    return event.kind === 'start call' && !this.active
  }

  add(event: StoryEvent): void {
    switch (event.kind) {
      case 'start call':
      case 'stop call':
        this.stopping = event.kind === 'stop call'
        this.active = !this.stopping
        this.stops += this.stopping ? 1 : 0
        break
      case 'stopped':
      case 'stop failed':
        this.stops -= 1
        break
      case 'gave up':
        this.active = false
        break
      case 'start':
        this.alive.add(event.attempt)
        break
      case 'end':
        this.alive.delete(event.attempt)
        break
      case 'ready':
        this.readySince.set(event.attempt, event.at)
        break
      case 'fault':
        this.struck.add(event.attempt)
        break
      case 'timer set':
        this.timers.add(event.timer)
        break
      case 'timer over':
        this.timers.delete(event.timer)
        break
      default:
    }
  }

  /** How long this attempt has been ready at that time, in ms; 0 if it never was. */
  uptime(attempt: number, at: number): number {
    return at - (this.readySince.get(attempt) ?? at)
  }
}
