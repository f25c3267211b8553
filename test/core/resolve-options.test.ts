import { expect, test } from 'vitest'

import type { SuperviseOptions } from '../../src/options.ts'
import type { AgentScript } from '../../src/protocol/frames.ts'
import { checkCommandOptions, checkSpawnOptions, resolveOptions } from '../../src/resolve-options.ts'

function refusal(options: unknown): { code?: string; message: string; option?: string } {
  try {
    resolveOptions(options as SuperviseOptions)
  } catch (error) {
    return error as Error
  }
  throw new Error('expected a refusal')
}

test('nothing given is the defaults', () => {
  const defaults = {
    agent: undefined,
    agents: {},
    spawn: {},
    prewarm: 0,
    keepRuntimeDir: 'on-failure',
    output: 'on-failure',
    picture: 'on-failure',
    leaks: 'fail',
    unavailableFaults: 'skip',
    network: { onUnhandled: 'error' },
    clock: {},
  }
  expect(resolveOptions()).toEqual(defaults)
  expect(resolveOptions({}, {})).toEqual(defaults)
})

test('later layers win, key by key, and within spawn, agents and clock', () => {
  const resolved = resolveOptions(
    {
      agent: 'a.ts',
      leaks: 'warn',
      agents: { web: 'w1.ts', db: 'd.ts' },
      spawn: { closeGrace: 1, readyTimeout: 1 },
      clock: { start: 1, limit: 1 },
    },
    { leaks: 'fail', prewarm: 2, agents: { web: 'w2.ts' }, spawn: { closeGrace: 2 }, clock: { limit: 2 } },
    { prewarm: 3 },
  )
  expect(resolved).toMatchObject({ agent: 'a.ts', leaks: 'fail', prewarm: 3 })
  expect(resolved.agents).toEqual({ web: 'w2.ts', db: 'd.ts' })
  expect(resolved.spawn).toEqual({ closeGrace: 2, readyTimeout: 1 })
  expect(resolved.clock).toEqual({ start: 1, limit: 2 })
})

test('an option given as undefined does not displace an earlier one', () => {
  const undef = { leaks: undefined, agents: undefined, spawn: undefined } as unknown as SuperviseOptions
  const inner = { spawn: { closeGrace: undefined } } as unknown as SuperviseOptions
  const resolved = resolveOptions(
    { leaks: 'warn', agents: { a: 'a.ts' }, spawn: { closeGrace: 1 } },
    undef,
    inner,
  )
  expect(resolved).toMatchObject({ leaks: 'warn', agents: { a: 'a.ts' }, spawn: { closeGrace: 1 } })
})

test.each([
  [[{ network: { onUnhandledRequest: 'warn' } }], 'warn'],
  [[{ network: { onUnhandledFrame: 'bypass' } }], 'bypass'],
  [[{ network: { onUnhandledRequest: 'warn' } }, { network: { onUnhandledFrame: 'error' } }], 'error'],
  [[{ network: { onUnhandledFrame: 'warn' } }, { network: {} }], 'warn'],
] as const)('%j: requests that nobody answers make: %s', (layers, onUnhandled) => {
  expect(resolveOptions(...layers).network).toEqual({ onUnhandled })
})

test('the layers are left as they were', () => {
  const layer: SuperviseOptions = { spawn: { closeGrace: 1 } }
  resolveOptions(layer, { spawn: { closeGrace: 2 } })
  expect(layer).toEqual({ spawn: { closeGrace: 1 } })
})

test.each([
  [{ keepRuntimedir: 'always' }, 'keepRuntimedir', 'keepRuntimeDir'],
  [{ keep: 'always' }, 'keep', 'keepRuntimeDir'],
  [{ agnets: {} }, 'agnets', 'agents'],
  [{ leak: 'warn' }, 'leak', 'leaks'],
  [{ spawn: { closegrace: 1 } }, 'closegrace', 'closeGrace'],
  [{ spawn: { readyTimout: 1 } }, 'readyTimout', 'readyTimeout'],
  [{ clock: { strat: 0 } }, 'strat', 'start'],
  [{ network: { onUnhandled: 'warn' } }, 'onUnhandled', 'onUnhandledRequest'],
])('%j names the unknown option and the one that was meant', (options, wrong, right) => {
  const error = refusal(options)
  expect(error).toMatchObject({ code: 'ERR_OPTION_UNKNOWN', option: wrong })
  expect(error.message).toContain(`Did you mean \`${right}\`?`)
})

test.each([{ zzz: 1 }, { toString: 1 }, { constructor: 1 }, { hasOwnProperty: undefined }] as object[])(
  'an option like nothing is refused with the list of all: %o',
  (options) => {
    const error = refusal(options)
    expect(error).toMatchObject({ code: 'ERR_OPTION_UNKNOWN' })
    expect(error.message).not.toContain('Did you mean')
    expect(error.message).toContain(
      '`agent`, `agents`, `spawn`, `prewarm`, `keepRuntimeDir`, `output`, `picture`, `leaks`, `unavailableFaults`',
    )
  },
)

test.each([
  [{ leaks: 'ignore' }, 'leaks', '"fail" or "warn"'],
  [{ output: true }, 'output', '"never" or "on-failure" or "always"'],
  [{ keepRuntimeDir: null }, 'keepRuntimeDir', '"never"'],
  [{ prewarm: -1 }, 'prewarm', 'a whole number'],
  [{ prewarm: 1.5 }, 'prewarm', 'a whole number'],
  [{ prewarm: '2' }, 'prewarm', 'a whole number'],
  [{ prewarm: 2n }, 'prewarm', 'is 2n, but'],
  [{ agent: '' }, 'agent', 'a path'],
  [{ agent: 7 }, 'agent', 'a path'],
  [{ agent: {} }, 'agent', '{ run }'],
  [{ agent: { run: [] } }, 'agent', '{ run }'],
  [{ agent: { run: 'node agent.js' } }, 'agent', '{ run }'],
  [{ agent: { command: ['go', 'build'] } }, 'agent', '`inputs`'],
  [{ agents: { web: { run: [1] } } }, 'agents', '{ run }'],
  [{ agents: ['web.ts'] }, 'agents', 'an object of agents'],
  [{ spawn: 'fast' }, 'spawn', 'an object of spawn options'],
  [{ spawn: { closeGrace: -1 } }, 'closeGrace', 'milliseconds'],
  [{ spawn: { closeGrace: Number.NaN } }, 'closeGrace', 'is NaN, but'],
  [{ spawn: { readyTimeout: '5s' } }, 'readyTimeout', 'is "5s", but must be a number of milliseconds'],
  [{ spawn: { args: 'a b' } }, 'args', 'an array of strings'],
  [{ spawn: { args: [1] } }, 'args', 'an array of strings'],
  [{ spawn: { env: { PORT: 80 } } }, 'env', 'an object of strings'],
  [{ spawn: { env: { 'A=B': 'x' } } }, 'env', '"A=B"'],
  [{ spawn: { env: { 'A\0': 'x' } } }, 'env', String.raw`"A\u0000"`],
  [{ spawn: { env: { '': 'x' } } }, 'env', 'empty'],
  [{ spawn: { env: { A: 'x', B: 'y\0' } } }, 'env', 'without NUL, which "B" holds'],
  [{ spawn: { inheritEnv: 'PATH' } }, 'inheritEnv', 'an array of names'],
  [{ spawn: { cwd: 1 } }, 'cwd', 'a path'],
  [{ spawn: { signal: 'SIGTERM' } }, 'signal', 'an AbortSignal'],
  [{ spawn: { script: [] } }, 'script', 'AgentScript'],
  [{ spawn: { readyWhen: 'listening' } }, 'readyWhen', '{ stdout: … }'],
  [{ spawn: { readyWhen: { stdout: 80 } } }, 'readyWhen', '{ stdout: … }'],
  [{ spawn: { readyWhen: { stderr: undefined } } }, 'readyWhen', '{ stdout: … }'],
  [{ network: 'error' }, 'network', 'an object of network options'],
  [{ network: { onUnhandledRequest: 'ignore' } }, 'onUnhandledRequest', '"error" or "warn" or "bypass"'],
  [{ clock: 5 }, 'clock', 'an object of clock options'],
  [{ clock: { limit: -1 } }, 'limit', 'The clock option `limit` is -1, but must be a number of milliseconds'],
  [{ clock: { limit: '1 h' } }, 'limit', 'milliseconds'],
  [{ clock: { start: '2020-01-01' } }, 'start', 'a valid Date'],
  [{ clock: { start: null } }, 'start', 'a valid Date'],
  [{ clock: { start: new Date(Number.NaN) } }, 'start', 'a valid Date'],
  [{ clock: { start: 1e17 } }, 'start', 'a valid Date'],
  [{ clock: { seed: 0.5 } }, 'seed', 'a whole number'],
  [{ clock: { seed: 'x' } }, 'seed', 'a whole number'],
] as [object, string, string][])('%o is refused with what it must be', (options, option, expected) => {
  const error = refusal(options)
  expect(error).toMatchObject({ code: 'ERR_OPTION_INVALID', option })
  expect(error.message).toContain(`\`${option}\``)
  expect(error.message).toContain(expected)
})

test('a value that refers to itself is refused like any other', () => {
  const loop: Record<string, unknown> = {}
  loop['self'] = loop
  expect(refusal({ leaks: loop })).toMatchObject({ code: 'ERR_OPTION_INVALID', option: 'leaks' })
})

test.each([
  { args: ['a'], env: { A: 'a' }, inheritEnv: true, cwd: '/', readyTimeout: Infinity, closeGrace: 0 },
  {
    inheritEnv: ['A'],
    signal: new AbortController().signal,
    script: { heartbeat: 1 },
    readyWhen: 'spawn' as const,
  },
  { readyWhen: { stdout: 'up' } },
  { readyWhen: { stderr: /up/ } },
  {},
])('what can be meant is let through: %o', (options) => {
  expect(() => checkSpawnOptions(options)).not.toThrow()
})

test.each([
  [{ heartbaet: 1 }, 'script.heartbaet', 'heartbeat'],
  [{ stdout: { redy: 'up' } }, 'script.stdout.redy', 'ready'],
  [{ stdout: { every: { ms: 1, text: 'x', txt: 'x' } } }, 'script.stdout.every.txt', 'text'],
  [{ onSignal: { SIGTERM: { drian: 1 } } }, 'script.onSignal.SIGTERM.drian', 'drain'],
])('%j names the unknown script option by its path', (script, path, right) => {
  const error = refusal({ spawn: { script } })
  expect(error).toMatchObject({ code: 'ERR_OPTION_UNKNOWN', option: path })
  expect(error.message).toContain(`There is no script option \`${path}\`. Did you mean \`${right}\`?`)
})

test.each([
  [{ startDelay: '1s' }, 'startDelay', 'is "1s", but must be a finite number of milliseconds'],
  [{ startDelay: -1 }, 'startDelay', 'milliseconds'],
  [{ lifetime: Infinity }, 'lifetime', 'finite'],
  [{ heartbeat: 0 }, 'heartbeat', 'more than 0'],
  [{ exitCode: 256 }, 'exitCode', 'a whole number from 0'],
  [{ exitCode: -1 }, 'exitCode', 'a whole number from 0'],
  [{ exitCode: null }, 'exitCode', 'a whole number from 0'],
  [{ pidFile: true }, 'pidFile', 'a path'],
  [{ pidFile: '' }, 'pidFile', 'a path'],
  [{ listen: 65_536 }, 'listen', 'from 0 to 65535'],
  [{ stdout: 'up' }, 'stdout', '{ start, ready, every }'],
  [{ stdout: { start: ['a'] } }, 'stdout.start', 'a string'],
  [{ stdout: { every: 5 } }, 'stdout.every', '{ ms, text }'],
  [{ stdout: { every: { ms: 5 } } }, 'stdout.every', '{ ms, text }'],
  [{ stdout: { every: { ms: 0, text: 'x' } } }, 'stdout.every.ms', 'more than 0'],
  [{ stdin: 'close' }, 'stdin', '"ignore" or "echo" or "exit-on-eof"'],
  [{ children: 2 }, 'children', 'an array'],
  [{ children: ['ordinary', 'zombie'] }, 'children[1]', 'is "zombie", but must be "ordinary"'],
  [{ onSignal: 'ignore' }, 'onSignal', 'an object'],
  [{ onSignal: { SIGFOO: 'ignore' } }, 'onSignal.SIGFOO', 'no signal'],
  [{ onSignal: { SIGTREM: 'ignore' } }, 'onSignal.SIGTREM', 'Did you mean `SIGTERM`?'],
  [{ onSignal: { toString: 'ignore' } }, 'onSignal.toString', 'no signal'],
  [{ onSignal: { SIGKILL: 'ignore' } }, 'onSignal.SIGKILL', 'lets no program answer SIGKILL'],
  [{ onSignal: { SIGSTOP: {} } }, 'onSignal.SIGSTOP', 'lets no program answer SIGSTOP'],
  [{ onSignal: { SIGTERM: 'exit' } }, 'onSignal.SIGTERM', '"ignore" or { drain, exit }'],
  [{ onSignal: { SIGTERM: { exit: '1' } } }, 'onSignal.SIGTERM.exit', 'a whole number'],
] as [object, string, string][])(
  'the script %j is refused with the path of what is wrong',
  (script, path, expected) => {
    const error = refusal({ spawn: { script } })
    expect(error).toMatchObject({ code: 'ERR_OPTION_INVALID', option: `script.${path}` })
    expect(error.message).toContain(`The script option \`script.${path}\``)
    expect(error.message).toContain(expected)
  },
)

test('a script of everything that there is is let through', () => {
  const script: AgentScript = {
    startDelay: 0,
    lifetime: 1.5,
    exitCode: 255,
    heartbeat: 1,
    pidFile: 'web.pid',
    listen: 0,
    stdout: { start: '', ready: 'up', every: { ms: 1, text: 'tick' } },
    stdin: 'exit-on-eof',
    children: ['ordinary', 'ignore-sigterm', 'setsid'],
    onSignal: { SIGTERM: 'ignore', SIGINT: { drain: 1, exit: 0 }, SIGHUP: {} },
  }
  expect(() => checkSpawnOptions({ script })).not.toThrow()
  expect(() => checkCommandOptions({ script })).not.toThrow()
})

test.each([
  'agent.ts',
  { run: ['python3', 'agent.py'] },
  { command: ['go', 'build'], inputs: ['**/*.go'], cwd: '.' },
])('an agent may be %o', (agent) => {
  expect(resolveOptions({ agent }).agent).toBe(agent)
})
