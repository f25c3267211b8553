import { format } from 'node:util'

import { SuperviseError } from '../../errors.ts'
import { type Exploration, type ExploreOptions, resolveExploration, type Scenario } from '../exploration.ts'
import { realExpect } from './real-expect.ts'
import type { Registry } from './registry.ts'
import { inert, vitestStandIn } from './vitest-stand-in.ts'

/** What stands between the names of groups and of an exploration, as in Vitest's own reports. */
const SEPARATOR = ' > '

/**
 * Collects the explorations that a file declares. Groups are entered, tests are not run, and as soon as the file is loaded,
 * whatever of Vitest a scenario uses, but for `expect`, throws, and is remembered: without Vitest it would mean something else.
 */
export class Collector implements Registry {
  /** By their full names: those of the groups around them, outermost first, and their own. */
  readonly explorations = new Map<string, Exploration>()
  readonly vitest: Readonly<Record<string, unknown>>
  readonly #groups: string[] = []
  readonly #entered: unknown[] = []
  #loaded = false
  #missed: string | undefined

  constructor() {
    const use = (name: string): void => this.#use(name)
    this.vitest = vitestStandIn({ describe: this.#describe(), expect: realExpect(), use })
  }

  /** The first thing of Vitest that was used after the file was loaded. */
  get missed(): string | undefined {
    return this.#missed
  }

  readonly explore = Object.assign(
    (name: string, options: unknown, scenario: unknown): Explored => {
      const full = [...this.#groups, name].join(SEPARATOR)
      if (this.explorations.has(full)) {
        throw new SuperviseError(
          'ERR_EXPLORE_LOAD',
          `Two explorations are called "${full}". Reports and replays know them by their names: give each its own.`,
          { exploration: full },
        )
      }
      const exploration = resolveExploration(full, options as ExploreOptions, scenario as Scenario)
      this.explorations.set(full, exploration)
      return EXPLORED
    },
    { skip: (): Explored => EXPLORED, only: (...args: Explore): Explored => this.explore(...args) },
  )

  /** What a file gets besides the library when it imports `vitest-supervise`. */
  get supervise(): Readonly<Record<string, unknown>> {
    const { test, expect } = this.vitest
    const named = (name: string): unknown => inert(name, (used) => this.#use(used))
    return {
      explore: this.explore,
      test,
      expect,
      replay: named('replay'),
      withSupervise: named('withSupervise'),
    }
  }

  /** The file is loaded. Resolves when its groups are, too. */
  async close(): Promise<void> {
    await Promise.all(this.#entered)
    this.#loaded = true
  }

  #use(name: string): void {
    if (!this.#loaded) return
    this.#missed ??= name
    throw new Error(`\`${name}\` is Vitest's, and works in a test of Vitest alone.`)
  }

  #describe(): unknown {
    const enter = (name: unknown, ...rest: unknown[]): void => {
      const body = rest.find((one) => typeof one === 'function') as ((arg: unknown) => unknown) | undefined
      this.#groups.push(typeof name === 'function' ? name.name : String(name))
      try {
        this.#entered.push(body?.(this.vitest['test']))
      } finally {
        this.#groups.pop()
      }
    }
    const skip = (): void => {}
    const table =
      (spread: boolean) =>
      (rows: readonly unknown[]) =>
      (name: string, ...rest: unknown[]): void => {
        const body = rest.find((one) => typeof one === 'function') as (...args: unknown[]) => unknown
        for (const row of rows) {
          const args = spread && Array.isArray(row) ? (row as unknown[]) : [row]
          const placeholders = name.match(/%[sdifjoO]/g)?.length ?? 0
          enter(format(name, ...args.slice(0, placeholders)), () => body(...args))
        }
      }
    const describe = Object.assign(enter, {
      skip,
      todo: skip,
      skipIf: (condition: unknown) => (condition ? skip : describe),
      runIf: (condition: unknown) => (condition ? describe : skip),
      each: table(true),
      for: table(false),
    })
    for (const kind of ['only', 'concurrent', 'sequential', 'shuffle'])
      Object.defineProperty(describe, kind, { get: () => describe })
    return describe
  }
}

type Explore = [name: string, options: unknown, scenario: unknown]

/** What `explore` gives where nothing is tested. */
interface Explored {
  replay(): Explored
}

const EXPLORED: Explored = { replay: () => EXPLORED }
