import { type ChildProcess, exec, fork, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { execa } from 'execa'
import { expect, test } from 'vitest'

import { type Fault, fault } from '../../src/fault/fault.ts'
import { failure } from '../support/agents.ts'
import { asOrdinaryUser } from '../support/ordinary-user.ts'
import { Scratch } from '../support/scratch.ts'
import { Script } from '../support/script.ts'
import { until } from '../support/until.ts'
import { brief, endOf, errorOf, eventsOf, openHarness } from '../support/harness.ts'

/** How Node tells of the refusal: by an event, or by throwing it from `spawn`. */
type Told = 'event' | 'throw'

const CASES: [string, Fault, string, string, Told][] = [
  ['notFound', fault.notFound(), 'ENOENT', 'ERR_AGENT_NOT_FOUND', 'event'],
  ['missingDirectory', fault.missingDirectory(), 'ENOENT', 'ERR_RUNTIME_DIR', 'event'],
  ['notExecutable', fault.notExecutable(), 'EACCES', 'ERR_AGENT_NOT_EXECUTABLE', 'event'],
  ['badInterpreter', fault.badInterpreter(), 'ENOENT', 'ERR_AGENT_NOT_EXECUTABLE', 'event'],
  ['argumentsTooLong', fault.argumentsTooLong(), 'E2BIG', 'ERR_AGENT_SPAWN_FAILED', 'throw'],
  ['textFileBusy', fault.textFileBusy(), 'ETXTBSY', 'ERR_AGENT_SPAWN_FAILED', 'throw'],
  ['symlinkLoop', fault.symlinkLoop(), 'ELOOP', 'ERR_AGENT_SPAWN_FAILED', 'throw'],
  ['nameTooLong', fault.nameTooLong(), 'ENAMETOOLONG', 'ERR_AGENT_SPAWN_FAILED', 'throw'],
  ['tooManyFiles', fault.tooManyFiles(), 'EMFILE', 'ERR_AGENT_SPAWN_FAILED', 'event'],
]

/** The lines of `/proc/self/limits` that are lowered for a moment. */
function limits(): string[] {
  return readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .filter((line) => /^Max (processes|open files)/.test(line))
}

test.each(CASES)(
  '%s makes the start of a spawner fail, once, and leaves nothing',
  async (name, what, errno, code) => {
    const harness = await openHarness()
    const events = eventsOf(harness)
    const before = limits()
    const injection = harness.faults.inject(what)
    const error = await failure(harness.spawner.spawn('a'))
    expect(error).toMatchObject({ code, cause: { code: errno } })
    expect(injection.fired).toBe(true)
    expect(limits()).toEqual(before)
    expect(readdirSync(harness.runtimeDir)).toEqual([])
    expect(
      readdirSync(path.dirname(harness.agentCommand.file)).filter((file) => file.includes(name)),
    ).toEqual([])
    const next = await harness.spawnAgent({ id: 'a' })
    expect(next.attempt).toBe(2)
    expect(brief(events)).toEqual([
      `a 1 fault ${name}`,
      `a 1 spawn-failed ${errno}`,
      'a 2 spawn',
      'a 2 ready',
    ])
    expect(events[0]).toMatchObject({ proof: { code: errno } })
    await harness.close()
  },
)

test.each(CASES)(
  '%s makes the start of agentCommand fail as such a start does',
  async (_name, what, errno, _code, told) => {
    const harness = await openHarness()
    const events = eventsOf(harness)
    const { file } = harness.agentCommand
    harness.faults.inject(what, { attempts: 2 })
    const good = spawn(file)
    const refused = await refusalOf(() => spawn(file, ['x']))
    const alsoGood = spawn(file)
    expect(refused).toMatchObject(
      told === 'throw'
        ? { told, error: { code: errno, syscall: 'spawn' } }
        : { told, error: { code: errno, path: file, syscall: `spawn ${file}`, spawnargs: ['x'] } },
    )
    expect(existsSync(file)).toBe(true)
    await until('two are ready', () => events.filter(({ kind }) => kind === 'ready').length === 2)
    expect(brief(events.filter(({ kind }) => kind !== 'ready'))).toEqual([
      'agent 1 spawn',
      `agent 2 fault ${what.name}`,
      `agent 2 spawn-failed ${errno}`,
      'agent 3 spawn',
    ])
    for (const child of [good, alsoGood]) {
      child.kill('SIGKILL')
      await endOf(child)
    }
    expect(readdirSync(path.dirname(file)).filter((name) => name.includes(what.name))).toEqual([])
    await harness.close()
  },
)

async function refusalOf(begin: () => ChildProcess): Promise<{ told: Told; error: unknown }> {
  try {
    return { error: await errorOf(begin()), told: 'event' }
  } catch (error) {
    return { error, told: 'throw' }
  }
}

// A child for which there was no descriptor has no `stdio`, and execa asks for it.
test.each(CASES.filter(([name]) => name !== 'tooManyFiles'))(
  '%s reaches execa',
  async (_name, what, errno) => {
    const harness = await openHarness()
    harness.faults.inject(what)
    const outcome = await execa(harness.agentCommand.file, { reject: false })
    expect(outcome).toMatchObject({ failed: true, code: errno })
    await harness.close()
  },
)

test('an ordinary user has no further process: his starts fail with EAGAIN, once', async () => {
  const scratch = new Scratch()
  const script = new Script(
    scratch,
    `
    import { spawn } from 'node:child_process'
    import { once } from 'node:events'
    import { readFileSync } from 'node:fs'
    const { createHarness, fault } = await load('index.js')
    const harness = await createHarness()
    const limit = () => /Max processes.*/.exec(readFileSync('/proc/self/limits', 'utf8'))[0]
    const before = limit()
    harness.faults.inject(fault.forkFails(), { agent: 'a' })
    const refused = await harness.spawner.spawn('a').catch((error) => error)
    const next = await harness.spawnAgent({ id: 'a' })
    harness.faults.inject(fault.forkFails(), { agent: 'agent' })
    const [own] = await once(spawn(harness.agentCommand.file), 'error')
    say({
      uid: process.getuid(),
      refused: { code: refused.code, cause: refused.cause.code, message: refused.message },
      own: own.code,
      restored: limit() === before,
      kinds: harness.timeline.events.map(({ agent, kind, proof }) => [agent, kind, proof?.code]),
    })
    await harness.close()
    say('closed')
    `,
    { HOME: scratch.root },
    'script.mjs',
    asOrdinaryUser(scratch),
  )
  const said = await script.said<object>()
  expect(said).toMatchObject({
    refused: {
      code: 'ERR_AGENT_SPAWN_FAILED',
      cause: 'EAGAIN',
      message: expect.stringContaining('(EAGAIN)'),
    },
    own: 'EAGAIN',
    restored: true,
    kinds: [
      ['a', 'fault', 'EAGAIN'],
      ['a', 'spawn-failed', null],
      ['a', 'spawn', null],
      ['a', 'ready', null],
      ['agent', 'fault', 'EAGAIN'],
      ['agent', 'spawn-failed', null],
    ],
  })
  expect(await script.said(1)).toBe('closed')
})

test('what the system refuses is told in words that are true of the refusal', async () => {
  const harness = await openHarness()
  const message = async (what: Fault): Promise<string> => {
    harness.faults.inject(what, { agent: what.name })
    return (await failure(harness.spawner.spawn(what.name))).message
  }
  expect(await message(fault.badInterpreter())).toContain(
    'the interpreter that its first line names does not',
  )
  expect(await message(fault.missingDirectory())).toContain('that is not a directory')
  expect(await message(fault.argumentsTooLong())).toContain('longer than the system takes (E2BIG)')
  expect(await message(fault.textFileBusy())).toContain('has the file open for writing (ETXTBSY)')
  expect(await message(fault.tooManyFiles())).toContain('as many descriptors as it may have (EMFILE)')
  await harness.close()
})

test.each(['fork', 'shell'] as const)('a %s fails for want of descriptors, too', async (way) => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  harness.faults.inject(fault.tooManyFiles())
  const { module, shell } = harness.agentCommand
  const child = way === 'fork' ? fork(module ?? '', { silent: true }) : exec(shell)
  expect(await errorOf(child)).toMatchObject({ code: 'EMFILE' })
  expect(brief(events)).toEqual(['agent 1 fault tooManyFiles', 'agent 1 spawn-failed EMFILE'])
  await harness.close()
})

test('of two faults of one start the first injected happens', async () => {
  const harness = await openHarness()
  const first = harness.faults.inject(fault.notExecutable())
  const second = harness.faults.inject(fault.notFound())
  expect(await failure(harness.spawner.spawn('a'))).toMatchObject({ code: 'ERR_AGENT_NOT_EXECUTABLE' })
  expect([first.fired, second.fired]).toEqual([true, false])
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNFIRED' })
  expect(error.message).toContain('another fault of starting came first')
})

test('a start that is cancelled to fail succeeds', async () => {
  const harness = await openHarness()
  const injection = harness.faults.inject(fault.notFound())
  injection.cancel()
  await harness.spawnAgent()
  await harness.close()
  expect(injection.fired).toBe(false)
})

test.each(['fork', 'shell'] as const)(
  'a %s cannot be made to fail so: it starts, and the end says why',
  async (way) => {
    const harness = await openHarness()
    harness.faults.inject(fault.notExecutable())
    const { module, shell } = harness.agentCommand
    const child = way === 'fork' ? fork(module ?? '', { silent: true }) : exec(shell)
    child.on('error', () => {})
    expect(child.pid).toBeDefined()
    const error = await failure(harness.close())
    expect(error).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
    expect(error.message).toContain('use `spawn(command.file)`')
    await endOf(child)
  },
)

test('a start that fails without a fault counts, too, and is no proof of one', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const missing = harness.spawnerOf('/no/such/agent')
  expect(await failure(missing.spawn('a'))).toMatchObject({ code: 'ERR_AGENT_NOT_FOUND' })
  expect((await harness.spawner.spawn('a')).attempt).toBe(2)
  expect(brief(events)).toEqual(['a 1 spawn-failed ENOENT', 'a 2 spawn'])
})

test.each(['spawner', 'command'] as const)(
  'a start of a %s whose refusal cannot be laid out goes on, and the fault says why it did not happen',
  async (way) => {
    const harness = await openHarness({ keepRuntimeDir: 'never' })
    const events = eventsOf(harness)
    const command = harness.agentCommand.with({ id: 'a' })
    const place = `${command.file.replace(/-\d+$/, '')}-a-1-notExecutable`
    writeFileSync(place, 'of somebody else')
    harness.faults.inject(fault.notExecutable())
    if (way === 'spawner') await harness.spawnAgent({ id: 'a' })
    else {
      spawn(command.file, { stdio: 'ignore' })
      await harness.timeline.until('ready')
    }
    expect(brief(events)).toEqual(['a 1 spawn', 'a 1 ready'])
    expect(readFileSync(place, 'utf8')).toBe('of somebody else')
    const error = await failure(harness.close())
    expect(error).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
    expect(error.message).toContain('the file for it could not be made: EEXIST')
  },
)
