import { chmodSync, renameSync, writeFileSync } from 'node:fs'

import { quote } from '../command-line.ts'
import { ENV } from '../protocol/frames.ts'
import type { ConfinedStart } from './confinement/index.ts'

/** Set where a start has been made ready already: the launcher then leaves that alone. */
export const PREPARED = 'SUPERVISE_PREPARED'

/** Stands in a variable of a launcher for the number of the process that it becomes. */
export const OWN_PID = 'SUPERVISE_OWN_PID'

/** What a shell can export. */
const NAME = /^[A-Za-z_]\w*$/

/** What a launcher becomes when its test is over: a supervisor that nobody stopped gets no agent, and no error. */
const RETIRED = '#!/bin/sh\nexit 0\n'

/** The executable of a command: becomes the agent. */
export class LauncherScript {
  readonly id: string
  readonly file: string
  readonly #head: string
  readonly #clock: (() => Readonly<Record<string, string>>) | undefined
  readonly #command: string
  #text = ''

  /** @param clock what has the agent go by the clock of the test, where whoever starts it does not; undefined: it never does */
  constructor(
    id: string,
    file: string,
    words: readonly string[],
    env: Readonly<Record<string, string>>,
    clock?: () => Readonly<Record<string, string>>,
  ) {
    this.id = id
    this.file = file
    const { [ENV.mark]: mark = '', NODE_OPTIONS: options, ...others } = env
    // A supervisor of this test has a mark of its own below the test's, and what it starts is found by that.
    const marked = `case "$${ENV.mark}" in ${quote(mark)}.*) ;; *) export ${ENV.mark}=${quote(mark)} ;; esac\n`
    this.#clock = clock
    this.#head = `#!/bin/sh\nunset ${ENV.fd}${clock ? '' : ` ${ENV.clock}`}\n${exports(others)}${completed('NODE_OPTIONS', options)}${marked}`
    this.#command = `${[...nameless(others), ...words].map(quote).join(' ')} "$@"\n`
  }

  /** Makes it ready for the next start that nobody has made ready. */
  write(start: ConfinedStart | undefined): void {
    const confined = start
      ? `if [ -z "$${PREPARED}" ]; then\n${exports(start.env)}exec ${start.command.map(quote).join(' ')} ${this.#command}fi\n`
      : ''
    const { NODE_OPTIONS: options, [ENV.clock]: place } = this.#clock?.() ?? {}
    const joining =
      place === undefined
        ? ''
        : `if [ -z "$${ENV.clock}" ]; then export ${ENV.clock}=${place}; fi\n${completed('NODE_OPTIONS', options)}`
    const text = `${this.#head}${joining}${confined}unset ${PREPARED}\nexec ${this.#command}`
    if (text === this.#text) return
    this.#text = text
    replace(this.file, text)
  }

  retire(): void {
    replace(this.file, RETIRED)
  }
}

/** Writes an executable in one step: a supervisor may be starting it at this moment. */
export function replace(file: string, text: string): void {
  const draft = `${file}~`
  writeFileSync(draft, text, { mode: 0o700 })
  chmodSync(draft, 0o700)
  renameSync(draft, file)
}

function exports(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .filter(([key]) => NAME.test(key))
    .map(([key, value]) => `export ${key}=${value.split(OWN_PID).map(quote).join('$$')}\n`)
    .join('')
}

/** Sets the variables whose names no shell can write, such as those of functions that bash has exported. */
function nameless(env: Readonly<Record<string, string>>): string[] {
  const pairs = Object.entries(env).filter(([key]) => !NAME.test(key))
  return pairs.length === 0 ? [] : ['env', '--', ...pairs.map(([key, value]) => `${key}=${value}`)]
}

/** Puts a value before what the variable holds, unless it is in there. */
function completed(name: string, value: string | undefined): string {
  if (value === undefined) return ''
  const word = quote(value)
  return `case "$${name}" in *${word}*) ;; *) export ${name}=${word}"\${${name}:+ $${name}}" ;; esac\n`
}
