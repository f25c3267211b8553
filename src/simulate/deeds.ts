import type { Json } from '../json.ts'
import type { FaultOrder } from '../protocol/frames.ts'
import { type IdleKind, startIdle } from './idle.ts'
import type { Life } from './life.ts'

type Options = FaultOrder['options']

/** Does what a fault says, and calls `confirm` once, as the agent of `agent/faults` does. Throws if it cannot be played. Gives
 * back how it goes on, if it takes a while. */
type Deed = (
  life: Life,
  options: Options,
  confirm: (proof: Json, act?: () => void) => void,
) => void | ((done: () => void) => void)

const INVALID = Buffer.from('fffec328', 'hex')
const CHARACTER = Buffer.from('日')
/** How long the first half of a character is alone. Ms of the test's time. */
const HALF_LIFE = 10

/** The faults that a simulated agent plays. */
export const DEEDS: Readonly<Record<string, Deed>> = {
  slowStart(life, options, confirm) {
    const ms = number(options, 'ms')
    assertStarting(life)
    life.delayReady(ms)
    confirm({ ms })
  },
  neverReady(life, _options, confirm) {
    assertStarting(life)
    life.delayReady(Infinity)
    confirm(null)
  },
  exit(life, options, confirm) {
    const code = number(options, 'code', 1)
    confirm({ code }, () => life.body.end(code, null))
  },
  signal(life, options, confirm) {
    const signal = signalOf(options, 'signal', 'SIGKILL')
    confirm({ signal }, () => life.body.signal(signal))
  },
  abort: (life, _options, confirm) => confirm({ signal: 'SIGABRT' }, () => life.body.end(null, 'SIGABRT')),
  outOfMemory: (life, _options, confirm) =>
    confirm({ signal: 'SIGABRT' }, () => life.body.end(null, 'SIGABRT')),
  // It works on beside all that it has to do.
  cpuQuota: (life, _options, confirm) =>
    confirm({ signal: 'SIGXCPU' }, () => life.body.later(() => life.body.signal('SIGXCPU'))),
  uncaughtException: (life, _options, confirm) => throwIn(life, 'uncaughtException', 'at once', confirm),
  unhandledRejection: (life, _options, confirm) => throwIn(life, 'unhandledRejection', 'soon', confirm),
  hang: (life, _options, confirm) => confirm(null, () => (life.body.hung = true)),
  freeze: (life, _options, confirm) => confirm({ signal: 'SIGSTOP' }, () => life.body.signal('SIGSTOP')),
  silent(life, _options, confirm) {
    life.muted = true
    life.swallow()
    confirm(null)
  },
  deaf: (life, _options, confirm) => confirm(null, () => life.deafen()),
  ignoreSignal(life, options, confirm) {
    const signal = signalOf(options, 'signal', 'SIGTERM')
    life.answer(signal, () => {})
    confirm({ signal })
  },
  slowStop(life, options, confirm) {
    const ms = number(options, 'ms')
    const signal = signalOf(options, 'signal', 'SIGTERM')
    let stopping = false
    life.answer(signal, () => {
      if (stopping) return
      stopping = true
      life.after(ms, () => life.body.end(0, null))
    })
    confirm({ ms, signal })
  },
  exitOnSignal(life, options, confirm) {
    const code = number(options, 'code', 0)
    const signal = signalOf(options, 'signal', 'SIGTERM')
    life.answer(signal, () => life.body.end(code, null))
    confirm({ code, signal })
  },
  crashOnSignal(life, options, confirm) {
    const by = signalOf(options, 'by', 'SIGSEGV')
    const signal = signalOf(options, 'signal', 'SIGTERM')
    life.answer(signal, () => life.body.signal(by))
    confirm({ by, signal })
  },
  closeSocket: (life, _options, confirm) => confirm(null, () => life.closeConnection()),
  halfCloseSocket: (life, _options, confirm) => confirm(null, () => life.closeConnection()),
  duplicatedFrame: (_life, _options, confirm) => confirm(null),
  staleFrame: (_life, _options, confirm) => confirm(null),
  flood(life, options, confirm) {
    const { fd, stream } = output(options)
    const bytes = number(options, 'bytes')
    const line = `${'x'.repeat(79)}\n`
    life.body.write(fd, line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes))
    confirm({ bytes, stream })
  },
  endlessLine(life, options, confirm) {
    const { fd, stream } = output(options)
    const bytes = number(options, 'bytes')
    life.body.write(fd, 'x'.repeat(bytes))
    confirm({ bytes, stream })
  },
  partialLine(life, options, confirm) {
    const { fd, stream } = output(options)
    const code = number(options, 'code', 1)
    const text = 'a line without its en'
    life.body.write(fd, text)
    confirm({ bytes: text.length, code, stream }, () => life.body.end(code, null))
  },
  splitCharacter(life, options, confirm) {
    const { fd, stream } = output(options)
    life.body.write(fd, CHARACTER.subarray(0, 1))
    return (done) =>
      void life.after(HALF_LIFE, () => {
        life.body.write(fd, Buffer.concat([CHARACTER.subarray(1), Buffer.from('\n')]))
        confirm({ bytes: [1, CHARACTER.length - 1], stream })
        done()
      })
  },
  invalidUtf8(life, options, confirm) {
    const { fd, stream } = output(options)
    life.body.write(fd, Buffer.concat([INVALID, Buffer.from('\n')]))
    confirm({ bytes: INVALID.toString('hex'), stream })
  },
  closeOutput(life, options, confirm) {
    const { fd, stream } = output(options)
    life.body.closeOutput(fd)
    confirm({ stream })
  },
  holdOutput(life, _options, confirm) {
    startIdle(life.world, life.body, 'ordinary').holdOutputsOf(life.body)
    confirm({ holds: ['stdout', 'stderr'] })
  },
  leaveChild(life, options, confirm) {
    const kind = (options['kind'] ?? 'ordinary') as IdleKind
    startIdle(life.world, life.body, kind)
    confirm({ kind })
  },
  daemonize(life, _options, confirm) {
    startIdle(life.world, life.body, 'setsid')
    confirm({ code: 0, kind: 'setsid' }, () => life.body.end(0, null))
  },
  forkStorm(life, options, confirm) {
    const children = number(options, 'children')
    for (let child = 0; child < children; child++) startIdle(life.world, life.body, 'ordinary')
    confirm({ children })
  },
}

function throwIn(life: Life, name: string, when: 'at once' | 'soon', confirm: Parameters<Deed>[2]): void {
  const message = `the fault ${name} of vitest-supervise`
  confirm({ message }, () => {
    life.swallow()
    life.fall(when, () => {
      life.body.write(2, `Error: ${message}\n`)
      life.body.end(1, null)
    })
  })
}

function assertStarting(life: Life): void {
  if (life.ready) throw new Error('the agent is ready already')
}

function number(options: Options, name: string, standard?: number): number {
  const value = options[name] ?? standard
  if (typeof value === 'number' && value >= 0) return value
  throw new Error(`its option "${name}" is ${JSON.stringify(value)}, not a number from 0`)
}

function signalOf(options: Options, name: string, standard: NodeJS.Signals): NodeJS.Signals {
  return (options[name] ?? standard) as NodeJS.Signals
}

function output(options: Options): { readonly stream: string; readonly fd: 1 | 2 } {
  return options['stream'] === 'stderr' ? { stream: 'stderr', fd: 2 } : { stream: 'stdout', fd: 1 }
}
