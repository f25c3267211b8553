import type {
  ChildProcess,
  exec,
  ExecException,
  execFile,
  ExecFileOptions,
  ExecOptions,
  SpawnOptions,
} from 'node:child_process'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'

import type { HeapClock } from './heap-clock.ts'

type Output = string | Buffer
type Callback = (error: ExecException | null, stdout: Output, stderr: Output) => void
type Options = ExecFileOptions & { readonly encoding?: BufferEncoding | 'buffer' | null }
type Start = (file: unknown, args: readonly string[], options: SpawnOptions) => ChildProcess
type Run = (...given: unknown[]) => ChildProcess

/** As Node has it, in bytes of each output. */
const MOST_OUTPUT = 1024 * 1024

/** `exec` and `execFile` over a `spawn`: they collect what comes, and call back when all is closed, as Node's do. */
export function collectorOf(
  start: Start,
  clock: HeapClock,
): { exec: typeof exec; execFile: typeof execFile } {
  const runFile: Run = (file, ...rest) => {
    const args = Array.isArray(rest[0]) ? (rest.shift() as string[]) : []
    return collect(start, clock, { file, args, options: optionsIn(rest), done: callbackIn(rest) })
  }
  const runLine: Run = (line, ...rest) => {
    const { shell, ...options } = optionsIn(rest) as ExecOptions
    const whole = { ...options, shell: shell ?? true } as Options
    return collect(start, clock, { file: line, args: [], options: whole, done: callbackIn(rest) })
  }
  return {
    exec: promisable(runLine) as unknown as typeof exec,
    execFile: promisable(runFile) as unknown as typeof execFile,
  }
}

interface Order {
  readonly file: unknown
  readonly args: readonly string[]
  readonly options: Options
  readonly done: Callback | undefined
}

function collect(start: Start, clock: HeapClock, { file, args, options, done }: Order): ChildProcess {
  const {
    timeout = 0,
    maxBuffer = MOST_OUTPUT,
    killSignal = 'SIGTERM',
    encoding = 'utf8',
    ...others
  } = options
  const coding = encoding !== 'buffer' && Buffer.isEncoding(encoding ?? '') ? encoding : null
  const child = start(file, args, others)
  const outputs = { stdout: new Collected('stdout', coding), stderr: new Collected('stderr', coding) }
  let failure: ExecException | undefined
  let killed = false
  let over = false

  const finish = (code: number | null = null, signal: NodeJS.Signals | null = null): void => {
    if (over) return
    over = true
    cancel()
    const [stdout, stderr] = [outputs.stdout.value, outputs.stderr.value]
    if (!failure && code === 0 && signal === null) return done?.(null, stdout, stderr)
    const cmd = [String(file), ...args].join(' ')
    failure ??= Object.assign(new Error(`Command failed: ${cmd}\n${String(stderr)}`), {
      code,
      killed: child.killed || killed,
      signal,
    }) as ExecException
    failure.cmd = cmd
    done?.(failure, stdout, stderr)
  }
  const letGo = (): void => {
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
  const kill = (): void => {
    letGo()
    killed = true
    try {
      child.kill(killSignal)
    } catch (error) {
      failure ??= error as ExecException
      finish()
    }
  }
  const cancel = timeout > 0 ? clock.after(timeout, kill) : (): void => {}
  for (const output of [outputs.stdout, outputs.stderr]) {
    output.read(child[output.name], maxBuffer, (tooMuch) => {
      failure = tooMuch
      kill()
    })
  }
  child.on('close', finish)
  child.on('error', (error: ExecException) => {
    failure = error
    letGo()
    finish()
  })
  return child
}

/** What has come of one output. */
class Collected {
  readonly name: 'stdout' | 'stderr'
  readonly #encoding: BufferEncoding | null
  readonly #chunks: Output[] = []
  #length = 0

  constructor(name: 'stdout' | 'stderr', encoding: BufferEncoding | null) {
    this.name = name
    this.#encoding = encoding
  }

  get value(): Output {
    return this.#encoding ? this.#chunks.join('') : Buffer.concat(this.#chunks as Buffer[])
  }

  read(stream: Readable | null, most: number, onExcess: (error: Error) => void): void {
    const encoding = this.#encoding
    if (encoding) stream?.setEncoding(encoding)
    stream?.on('data', (chunk: Output) => {
      const before = this.#length
      this.#length += typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding ?? 'utf8') : chunk.length
      if (this.#length <= most) return void this.#chunks.push(chunk)
      this.#chunks.push(chunk.slice(0, most - before))
      const error = new RangeError(`${this.name} maxBuffer length exceeded`)
      onExcess(Object.assign(error, { code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' }))
    })
  }
}

/** Has `promisify` give what Node gives: a promise of both outputs, with its child; errors have both outputs. */
function promisable(run: Run): Run {
  const promised = (...given: unknown[]): Promise<unknown> => {
    let child: ChildProcess | undefined
    const outcome = new Promise((resolve, reject) => {
      const done: Callback = (error, stdout, stderr) => {
        if (error) reject(Object.assign(error, { stdout, stderr }))
        else resolve({ stdout, stderr })
      }
      child = run(...given, done)
    })
    return Object.assign(outcome, { child })
  }
  return Object.defineProperty(run, promisify.custom, { value: promised })
}

function optionsIn(given: readonly unknown[]): Options {
  return given.find((one): one is Options => typeof one === 'object' && one !== null) ?? {}
}

function callbackIn(given: readonly unknown[]): Callback | undefined {
  return given.find((one): one is Callback => typeof one === 'function')
}
