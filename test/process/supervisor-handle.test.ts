import { mkdirSync } from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import type { SupervisorOptions } from '../../src/options.ts'
import { nameOfCommand } from '../../src/process/start-supervisor.ts'
import type { SupervisorHandle } from '../../src/process/supervisor-handle.ts'
import { descendantsOf, processTable } from '../../src/process/table/index.ts'
import { failure } from '../support/agents.ts'
import { alive } from '../support/alive.ts'
import { KINDS } from '../support/foreign.ts'
import { openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'
import { until } from '../support/until.ts'

/** A shell that runs this, started as a supervisor. */
async function shell(body: string, options: SupervisorOptions = {}): Promise<SupervisorHandle> {
  return (await openHarness()).supervise('sh', ['-c', body], options)
}

test('a program is found in PATH, and its output, end and pid are told', async () => {
  const supervisor = await shell('echo out; echo err >&2; exit 3')
  expect(await supervisor.exited).toEqual({ pid: supervisor.pid, exitCode: 3, signal: null })
  expect(await supervisor.stdout.line('out')).toBe('out')
  expect(await supervisor.stderr.line('err')).toBe('err')
  expect(supervisor.result).toBe(await supervisor.wait())
  expect(supervisor.kill()).toBe(false)
})

test('it runs in the runtime directory, without the environment of the test', async () => {
  process.env['SECRET_OF_TEST'] = 'x'
  const harness = await openHarness({ spawn: { env: { PROJECT: 'p' } } })
  const show = ['-c', 'echo "$PWD $HOME $SECRET_OF_TEST $PROJECT $OWN"']
  const plain = await harness.supervise('sh', show)
  const { runtimeDir: dir } = harness
  expect(await plain.stdout.line(/./)).toBe(`${dir} ${dir}  p `)
  const open = await harness.supervise('sh', show, {
    cwd: '/',
    env: { OWN: 'o' },
    inheritEnv: ['SECRET_OF_TEST'],
  })
  expect(await open.stdout.line(/./)).toBe(`/ ${dir} x p o`)
  delete process.env['SECRET_OF_TEST']
})

test.each([
  ['no-such-program', [], 'ERR_AGENT_NOT_FOUND', 'no directory of its PATH has a program no-such-program'],
  ['/no/such/program', [], 'ERR_AGENT_NOT_FOUND', 'there is no file /no/such/program'],
  ['/etc/passwd', [], 'ERR_AGENT_NOT_EXECUTABLE', '/etc/passwd is not executable'],
  ['/etc', [], 'ERR_AGENT_NOT_EXECUTABLE', '/etc is a directory'],
])('%s is not started, and said why', async (file, args, code, message) => {
  const harness = await openHarness()
  const error = await failure(harness.supervise(file, args))
  expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
  expect(error.message).not.toContain('agentPath')
  expect(await harness.processes()).toEqual([])
})

test.each([
  ['sh -c true', `no program "sh -c true". The program and its arguments are given apart`],
  ['sh -c true', `supervise('sh', ['-c', 'true'])`],
  [`sh -c 'exit 1'`, `supervise('npm', ['run', 'start'])`],
  ['/bin/sh -c true', `supervise('npm', ['run', 'start'])`],
  ['sh -c ./x', `supervise('npm', ['run', 'start'])`],
])(
  'a whole command in place of a program is told from a program that is not there: %s',
  async (file, message) => {
    const error = await failure((await openHarness()).supervise(file))
    expect(error).toMatchObject({ code: 'ERR_AGENT_NOT_FOUND', message: expect.stringContaining(message) })
    expect(error.message).not.toContain(process.env['PATH'])
  },
)

test('a program that is missing in a directory with a space in its name is no whole command', async () => {
  const { root } = new Scratch()
  mkdirSync(path.join(root, 'a b'))
  const error = await failure((await openHarness()).supervise(path.join(root, 'a b', 'program')))
  expect(error.message).toContain('there is no file')
})

test('a directory that is not there and an interpreter that is not there are told apart', async () => {
  const harness = await openHarness()
  const program = new Scratch().write('program', '#!/no/such/interpreter\n', 0o755)
  expect(await failure(harness.supervise('sh', [], { cwd: '/no/such' }))).toMatchObject({
    code: 'ERR_RUNTIME_DIR',
  })
  expect((await failure(harness.supervise(program))).message).toContain('the interpreter that its first line')
})

test('a relative path is seen from where the test runs', async () => {
  const error = await failure((await openHarness()).supervise('./no/such'))
  expect(error.message).toContain(`there is no file ${process.cwd()}/no/such`)
})

test.each([
  [['', []], 'ERR_OPTION_INVALID', '`file` is ""'],
  [['sh', { env: {} }], 'ERR_OPTION_INVALID', 'options come third'],
  [['sh', [], { clsoeGrace: 1 }], 'ERR_OPTION_UNKNOWN', 'Did you mean `closeGrace`?'],
  [['sh', [], { stopSignal: 'SIGFOO' }], 'ERR_OPTION_INVALID', '`stopSignal` is "SIGFOO"'],
  [['sh', [], { clock: 'virtual' }], 'ERR_OPTION_INVALID', 'this test has none: ask for the fixture `clock`'],
] as [unknown[], string, string][])('supervise refuses %j', async (parameters, code, message) => {
  const harness = await openHarness()
  const supervise = harness.supervise.bind(harness) as (...args: unknown[]) => Promise<unknown>
  expect(await failure(supervise(...parameters))).toMatchObject({
    code,
    message: expect.stringContaining(message),
  })
})

test('who waits for a line of one that has exited is told its end and its last words', async () => {
  const supervisor = await shell('echo "cannot open its configuration" >&2; exit 78')
  const error = await failure(supervisor.stdout.line('listening'))
  expect(error).toMatchObject({ code: 'ERR_AGENT_EXITED' })
  expect(error.message).toContain(`${supervisor} exited with code 78`)
  expect(error.message).toContain('cannot open its configuration')
  expect(`${supervisor}`).toMatch(/^supervisor "sh -c echo/)
})

test.each([
  ['/usr/bin/node', ['/app/supervisor.js', '--watch'], 'node supervisor.js --watch'],
  ['sh', ['-c', 'one\n\n  two'], 'sh -c one two'],
  ['sh', ['x'.repeat(57)], `sh ${'x'.repeat(57)}`],
  ['sh', ['x'.repeat(58)], `sh ${'x'.repeat(56)}…`],
])('a supervisor is called by its command, which is not long: %s %j', (program, args, name) => {
  expect(nameOfCommand(program, args)).toBe(`supervisor "${name}"`)
})

test('endInput is the end of its standard input', async () => {
  const supervisor = await shell('cat; echo at the end; exit 4')
  supervisor.process.stdin?.write('words\n')
  await supervisor.stdout.line('words')
  supervisor.endInput()
  await supervisor.stdout.line('at the end')
  expect((await supervisor.exited).exitCode).toBe(4)
})

test('close asks the supervisor alone, with its own signal, and lets it stop what it has started', async () => {
  const supervisor = await shell(
    `trap 'echo got USR1; kill -TERM $child; wait $child; echo stopped $?; exit 0' USR1
     sh -c 'trap "exit 7" TERM; echo child up; while :; do sleep 0.01; done' & child=$!
     while :; do wait; done`,
    { stopSignal: 'SIGUSR1' },
  )
  await supervisor.stdout.line('child up')
  expect(await supervisor.close()).toMatchObject({ exitCode: 0 })
  expect(supervisor.stdout.text).toBe('child up\ngot USR1\nstopped 7\n')
})

test('close kills a supervisor that ignores its signal after closeGrace, and everything it started', async () => {
  const supervisor = await shell(
    `trap '' TERM; setsid sleep 7101 & env -i sleep 7102 & (trap '' TERM; sleep 7103) & echo up; wait`,
    { closeGrace: 50 },
  )
  await supervisor.stdout.line('up')
  const tree = descendantsOf([supervisor.pid], processTable.younger())
  expect(tree.length).toBeGreaterThan(2)
  expect(await supervisor.close()).toMatchObject({ signal: 'SIGKILL' })
  expect(tree.filter(({ pid }) => alive(pid))).toEqual([])
})

test('what a killed supervisor has left is gone when its handle is closed', async () => {
  const supervisor = await shell('setsid sleep 7104 & echo $!; wait')
  const child = Number(await supervisor.stdout.line(/^\d+$/))
  supervisor.kill('SIGKILL')
  await supervisor.exited
  expect(alive(child)).toBe(true)
  await supervisor.close()
  expect(alive(child)).toBe(false)
})

test('an agent that a killed supervisor has left in a session of its own goes with the handle, too', async () => {
  const harness = await openHarness()
  const supervisor = await harness.supervise('sh', ['-c', 'setsid "$AGENT" & wait'], {
    env: { AGENT: harness.agentCommand.file },
  })
  await harness.timeline.until('ready')
  supervisor.kill('SIGKILL')
  await supervisor.exited
  expect(await harness.processes()).toHaveLength(1)
  await supervisor.close()
  expect(await harness.processes()).toEqual([])
})

test('an aborted signal has it not be started', async () => {
  const harness = await openHarness()
  const signal = AbortSignal.abort(new Error('no more'))
  expect((await failure(harness.supervise('sh', [], { signal }))).message).toBe('no more')
  expect(await harness.processes()).toEqual([])
})

test.each(Object.entries(KINDS))(
  'a supervisor of the kind %s is stopped before its agents, and starts none in place of them',
  async (_, command) => {
    const harness = await openHarness({ spawn: { closeGrace: 200 } })
    const { file, args, env } = command(new Scratch(), harness.agentCommand.file)
    const supervisor = await harness.supervise(file, args, { env })
    await harness.timeline.until('ready')
    const all = (await harness.processes()).map(({ pid }) => pid)
    expect(all).toContain(supervisor.pid)
    expect(all.length).toBeGreaterThan(1)
    await harness.close()
    await until('all are gone', () => !all.some(alive))
    expect(harness.timeline.attempts()).toBe(1)
    // Not again and again, as when its agent goes before it.
    expect(supervisor.stdout.text.match(/agent ended/g)?.length ?? 0).toBeLessThan(2)
    expect(await harness.processes()).toEqual([])
  },
)

test('a harness stops what is being started when it is closed, and starts nothing later', async () => {
  const harness = await openHarness()
  const starting = harness.supervise('sleep', ['7105'])
  await harness.close()
  expect((await starting).result).toMatchObject({ signal: 'SIGTERM' })
  expect(await failure(harness.supervise('sleep'))).toMatchObject({ code: 'ERR_SCOPE_CLOSED' })
  expect(await harness.processes()).toEqual([])
})
