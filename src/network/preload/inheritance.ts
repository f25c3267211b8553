import type { PreloadOptions } from '../frames.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What a child process is to have in its environment, so that its network is the test's, too. */
export class Inheritance {
  readonly #file: string
  readonly #variables: Environment

  /** Keeps its own copy: the program may take its environment apart. */
  constructor(options: PreloadOptions) {
    this.#file = options.file
    const { SUPERVISE_AGENT, SUPERVISE_MARK } = process.env
    this.#variables = { ...options.env, SUPERVISE_AGENT, SUPERVISE_MARK }
  }

  /** What has to be set in an environment. What the program has given is left as it is, but for `NODE_OPTIONS`, which is completed. */
  missing(environment: Environment): Record<string, string> {
    const missing: Record<string, string> = {}
    for (const [name, value] of Object.entries(this.#variables)) {
      if (value !== undefined && environment[name] === undefined) missing[name] = value
    }
    const options = environment['NODE_OPTIONS'] ?? ''
    if (!names(options, this.#file)) missing['NODE_OPTIONS'] = withRequire(options, this.#file)
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

function names(options: string, file: string): boolean {
  return options.includes(file) || options.includes(escape(file))
}

/** In front of the others: what they load may reach the network. */
function withRequire(options: string, file: string): string {
  const require = `--require ${/[\s"\\]/.test(file) ? `"${escape(file)}"` : file}`
  return options.trim() === '' ? require : `${require} ${options}`
}

/** As Node reads what stands between quotes in `NODE_OPTIONS`. */
function escape(file: string): string {
  return file.replaceAll(/["\\]/g, '\\$&')
}
