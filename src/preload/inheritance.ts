import { requiring } from './node-options.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What a child process is to have in its environment, so that what its test has loaded here is loaded there, too. */
export class Inheritance {
  readonly #file: string
  #variables: Environment

  /**
   * @param file what Node is to load
   * @param variables kept as they are now: the program may take its environment apart. Those that are undefined are left out
   */
  constructor(file: string, variables: Environment) {
    this.#file = file
    this.#variables = { ...variables }
  }

  /** Adds some. */
  adopt(variables: Environment): void {
    this.#variables = { ...this.#variables, ...variables }
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
