import { expect, test } from 'vitest'

import type { SuperviseOptions } from '../../src/options.ts'
import { checkSpawnOptions, resolveOptions } from '../../src/resolve-options.ts'

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
    leaks: 'fail',
  }
  expect(resolveOptions()).toEqual(defaults)
  expect(resolveOptions({}, {})).toEqual(defaults)
})

test('later layers win, key by key, and within spawn and agents', () => {
  const resolved = resolveOptions(
    {
      agent: 'a.ts',
      leaks: 'warn',
      agents: { web: 'w1.ts', db: 'd.ts' },
      spawn: { closeGrace: 1, readyTimeout: 1 },
    },
    { leaks: 'fail', prewarm: 2, agents: { web: 'w2.ts' }, spawn: { closeGrace: 2 } },
    { prewarm: 3 },
  )
  expect(resolved).toMatchObject({ agent: 'a.ts', leaks: 'fail', prewarm: 3 })
  expect(resolved.agents).toEqual({ web: 'w2.ts', db: 'd.ts' })
  expect(resolved.spawn).toEqual({ closeGrace: 2, readyTimeout: 1 })
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
      '`agent`, `agents`, `spawn`, `prewarm`, `keepRuntimeDir`, `output`, `leaks`',
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
  [{ spawn: { inheritEnv: 'PATH' } }, 'inheritEnv', 'an array of names'],
  [{ spawn: { cwd: 1 } }, 'cwd', 'a path'],
  [{ spawn: { signal: 'SIGTERM' } }, 'signal', 'an AbortSignal'],
  [{ spawn: { script: [] } }, 'script', 'AgentScript'],
  [{ spawn: { readyWhen: 'listening' } }, 'readyWhen', '{ stdout: … }'],
  [{ spawn: { readyWhen: { stdout: 80 } } }, 'readyWhen', '{ stdout: … }'],
  [{ spawn: { readyWhen: { stderr: undefined } } }, 'readyWhen', '{ stdout: … }'],
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
  'agent.ts',
  { run: ['python3', 'agent.py'] },
  { command: ['go', 'build'], inputs: ['**/*.go'], cwd: '.' },
])('an agent may be %o', (agent) => {
  expect(resolveOptions({ agent }).agent).toBe(agent)
})
