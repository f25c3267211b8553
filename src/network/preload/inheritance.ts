import type { PreloadOptions } from '../frames.ts'
import { requiring } from './node-options.ts'
import { takeOwnProxies } from './own-proxies.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What a child process is to have in its environment, so that its network is the test's, too. */
export class Inheritance {
  readonly #file: string
  readonly #proxies: Record<string, string>
  #variables: Environment

  /** Keeps its own copy: the program may take its environment apart. Takes the test's proxies out of it. */
  constructor(options: PreloadOptions) {
    this.#file = options.file
    const { SUPERVISE_AGENT, SUPERVISE_MARK } = process.env
    this.#proxies = takeOwnProxies(options.env, process.env)
    this.#variables = { ...options.env, ...this.#proxies, SUPERVISE_AGENT, SUPERVISE_MARK }
  }

  /** What was taken out of the environment, for threads: theirs is a copy of it. */
  get proxies(): Readonly<Record<string, string>> {
    return this.#proxies
  }

  /** @param proxies what was taken out of the environment of the process by the thread that has started this one */
  adopt(proxies: Readonly<Record<string, string>>): void {
    Object.assign(this.#proxies, proxies)
    this.#variables = { ...this.#variables, ...proxies }
  }

  /** What has to be set in an environment. What the program has given is left as it is, but for `NODE_OPTIONS`, which is completed. */
  missing(environment: Environment): Record<string, string> {
    const missing: Record<string, string> = {}
    for (const [name, value] of Object.entries(this.#variables)) {
      if (value !== undefined && environment[name] === undefined) missing[name] = value
    }
    const { NODE_OPTIONS: given = '' } = environment
    const options = requiring(this.#file, given)
    if (options !== given) missing['NODE_OPTIONS'] = options
    return missing
  }

  /** The environment with what it lacks; undefined if it lacks nothing. */
  completed(environment: Environment): Record<string, string | undefined> | undefined {
    const missing = this.missing(environment)
    if (Object.keys(missing).length === 0) return undefined
    const whole: Record<string, string | undefined> = {}
    // Node takes inherited properties for variables, too.
    // oxlint-disable-next-line guard-for-in
    for (const name in environment) whole[name] = environment[name]
    return Object.assign(whole, missing)
  }
}
