import { type ChildProcess, exec, fork, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { type Fault, fault } from '../../src/fault/fault.ts'
import type { Harness } from '../../src/harness/harness.ts'
import { failure } from '../support/agents.ts'
import { obedient } from '../support/obedient-agent.ts'
import { brief, endOf, eventsOf, openHarness } from '../support/harness.ts'
import { asOrdinaryUser } from '../support/ordinary-user.ts'
import { Scratch } from '../support/scratch.ts'
import { Script } from '../support/script.ts'
import { until } from '../support/until.ts'

const CASES: [Fault, object, string, string[]][] = [
  [
    fault.noSpace(),
    { code: 'ENOSPC', bytes: 0 },
    `await told(() => fs.writeFileSync('state', 'x'))`,
    ['ENOSPC'],
  ],
  [
    fault.noSpace(8192),
    { code: 'ENOSPC', bytes: 8192 },
    `await told(() => fs.writeFileSync('state', Buffer.alloc(8192)))
     await told(() => fs.writeFileSync('more', 'x'))`,
    ['done', 'ENOSPC'],
  ],
  [
    fault.noInodes(2),
    { code: 'ENOSPC', files: 2 },
    `for (const name of ['a', 'b', 'c']) await told(() => fs.writeFileSync(name, ''))`,
    ['done', 'done', 'ENOSPC'],
  ],
  [
    fault.noSpace(0, 'state'),
    { code: 'ENOSPC', bytes: 0 },
    `await told(() => fs.writeFileSync('state/x', 'x'))
     await told(() => fs.writeFileSync('x', 'x'))`,
    ['ENOSPC', 'done'],
  ],
  [
    fault.readOnlyDirectory(),
    { code: 'EROFS' },
    `await told(() => fs.writeFileSync(path.join(connection.runtimeDir, 'pid'), 'x'))
     await told(() => fs.readFileSync('given'))`,
    ['EROFS', 'done'],
  ],
  [
    fault.noNetwork(),
    { code: 'ENETUNREACH' },
    `const { createConnection } = await import('node:net')
     createConnection(80, '127.0.0.1').once('error', (error) => connection.send(error.code))`,
    ['ENETUNREACH'],
  ],
]

test.each(CASES.map(([what, ...rest]) => [what.text, what, ...rest] as const))(
  '%s is in force for an agent of a spawner, from its start, and leaves nothing',
  async (_text, what, proof, body, answers) => {
    const harness = await openHarness({ agent: obedient(body) })
    const events = eventsOf(harness)
    fs.writeFileSync(path.join(harness.runtimeDir, 'given'), 'x')
    harness.faults.inject(what)
    const agent = await harness.spawnAgent({ id: 'a' })
    expect(brief(events)).toEqual(['a 1 spawn', `a 1 fault ${what.name}`, 'a 1 ready'])
    expect(events[1]).toMatchObject({ proof })
    await agent.send('go')
    const messages = agent.messages()
    for (const answer of answers) expect((await messages.next()).value).toBe(answer)
    await agent.close()
    expect(fs.readFileSync('/proc/self/mounts', 'utf8')).not.toContain(harness.runtimeDir)
    const next = await harness.spawnAgent({ id: 'a' })
    await next.send('go')
    expect(next.attempt).toBe(2)
    await harness.close()
    expect(events.filter(({ kind }) => kind === 'fault')).toHaveLength(1)
  },
)

test('each way of starting agentCommand is confined, and the next one is not', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  const { file, module, shell } = harness.agentCommand
  const ways: (() => ChildProcess)[] = [
    () => spawn(file, ['x']),
    () => spawn(`./${path.basename(file)}`, { cwd: path.dirname(file), shell: true }),
    () => fork(module ?? '', { silent: true }),
    () => exec(`exec ${shell}`),
  ]
  harness.faults.inject(fault.readOnlyDirectory(), { attempts: (n) => n % 2 === 1 })
  for (const [index, way] of ways.entries()) {
    for (const n of [2 * index + 1, 2 * index + 2]) {
      const child = way()
      await harness.timeline.until('ready', { attempt: n })
      expect([n, await seesOtherMounts(harness, child)]).toEqual([n, n % 2 === 1])
      // A shell in between ends with it.
      await harness.faults.trigger(fault.exit(1))
      await endOf(child)
    }
  }
  const struck = events.flatMap((event) =>
    event.kind === 'fault' && event.fault !== 'exit' ? event.attempt : [],
  )
  expect(struck).toEqual([1, 3, 5, 7])
  await harness.close()
})

/** A supervisor in a process of its own, which starts the agent again and again. */
async function withShell(harness: Harness, body: () => Promise<void>): Promise<void> {
  const child = spawn('sh', ['-c', 'while true; do "$0"; done', harness.agentCommand.file])
  await body()
  child.kill('SIGKILL')
  await endOf(child)
}

/** Whether one of the test's processes has a file system that the test has not. */
async function seesOtherMounts(harness: Harness, child?: ChildProcess): Promise<boolean> {
  const own = fs.readlinkSync('/proc/self/ns/mnt')
  const all = (await harness.processes()).map(({ pid }) => pid)
  return [...all, child?.pid ?? process.pid].some((pid) => fs.readlinkSync(`/proc/${pid}/ns/mnt`) !== own)
}

test('a supervisor in a process of its own has the attempt confined that is named, and no other', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  harness.faults.inject(fault.noSpace(), { attempts: 2 })
  await withShell(harness, async () => {
    for (const n of [1, 2, 3]) {
      await harness.timeline.until('ready', { attempt: n })
      expect(await seesOtherMounts(harness)).toBe(n === 2)
      await harness.faults.trigger(fault.exit(1))
    }
    await harness.timeline.until('ready', { attempt: 4 })
  })
  const struck = events.flatMap((event) =>
    event.kind === 'fault' ? [`${event.attempt} ${event.fault}`] : [],
  )
  expect(struck).toEqual(['1 exit', '2 noSpace', '2 exit', '3 exit'])
  await harness.close()
})

test('what is injected, or called off, while an agent lives holds for the next one of its supervisor', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  await withShell(harness, async () => {
    await harness.timeline.until('ready', { attempt: 1 })
    const calledOff = harness.faults.inject(fault.noSpace(), { attempts: 2 })
    harness.faults.inject(fault.noNetwork(), { attempts: 2 })
    calledOff.cancel()
    await harness.faults.trigger(fault.exit(1))
    await harness.timeline.until('ready', { attempt: 2 })
    expect(await seesOtherMounts(harness)).toBe(false)
  })
  const struck = events.flatMap((event) =>
    event.kind === 'fault' ? [`${event.attempt} ${event.fault}`] : [],
  )
  expect(struck).toEqual(['1 exit', '2 noNetwork'])
  await harness.close()
})

test('a start by another process cannot be refused, and the end says why', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.notFound())
  const child = spawn('sh', ['-c', '"$0"; true', harness.agentCommand.file])
  await harness.timeline.until('ready')
  const error = await failure(harness.close())
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
  expect(error.message).toContain('another process started it')
  await endOf(child)
})

test('several confinements of one start hold together', async () => {
  const harness = await openHarness()
  const events = eventsOf(harness)
  for (const what of [fault.noSpace(0, 'full'), fault.readOnlyDirectory('fixed'), fault.noNetwork()]) {
    harness.faults.inject(what)
  }
  harness.faults.inject(fault.jumpWallClock(1000))
  await harness.spawnAgent({ id: 'a' })
  await until('all have confirmed', () => events.filter(({ kind }) => kind === 'fault').length === 4)
  await harness.close()
  expect(new Set(brief(events).filter((line) => line.includes('fault')))).toEqual(
    new Set(
      ['noSpace', 'readOnlyDirectory', 'noNetwork', 'jumpWallClock'].map((name) => `a 1 fault ${name}`),
    ),
  )
})

test('an ordinary user has them in a namespace of his own, and stays who he is', async () => {
  const scratch = new Scratch()
  const script = new Script(
    scratch,
    `
    const { createHarness, fault } = await load('index.js')
    const harness = await createHarness()
    for (const what of [fault.noSpace(0, 'full'), fault.readOnlyDirectory('fixed'), fault.noInodes(1, 'few'), fault.noNetwork()]) {
      harness.faults.inject(what)
    }
    const { readFileSync } = await import('node:fs')
    const agent = await harness.spawnAgent({ id: 'a' })
    const status = readFileSync('/proc/' + agent.pid + '/status', 'utf8')
    say({
      proofs: harness.timeline.events.flatMap(({ fault, proof }) => (fault ? [[fault, proof.code]] : [])),
      same: Number(/^Uid:\\s+(\\d+)/m.exec(status)[1]) === process.getuid(),
      powers: Number('0x' + /^CapEff:\\s+(\\w+)/m.exec(status)[1]),
    })
    await harness.close()
    say('closed')
    `,
    { HOME: scratch.root },
    'script.mjs',
    asOrdinaryUser(scratch),
  )
  expect(await script.said()).toEqual({
    proofs: [
      ['noSpace', 'ENOSPC'],
      ['readOnlyDirectory', 'EROFS'],
      ['noInodes', 'ENOSPC'],
      ['noNetwork', 'ENETUNREACH'],
    ],
    same: true,
    powers: 0,
  })
  expect(await script.said(1)).toBe('closed')
})

test('an agent that is there already cannot be confined any more', async () => {
  const harness = await openHarness()
  await harness.spawnAgent({ id: 'a' })
  const inject = (): unknown => harness.faults.inject(fault.noSpace())
  expect(inject).toThrow(expect.objectContaining({ code: 'ERR_FAULT_TOO_LATE' }))
  expect(inject).not.toThrow('faults.trigger')
  const error = await failure(harness.faults.trigger(fault.noNetwork()))
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
  expect(error.message).toContain('the start of the agent is made ready for it')
  await harness.close()
})

test('what is in force from the start has no other point', async () => {
  const harness = await openHarness()
  expect(() => harness.faults.inject(fault.noSpace(), { at: 'ready' })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID', option: 'at' }),
  )
  await harness.close()
})

test('what does not exist is told as that, also where its start is made ready for a fault', async () => {
  const harness = await openHarness()
  harness.faults.inject(fault.noNetwork(), { optional: true })
  const error = await failure(harness.spawnerOf('/no/such/agent').spawn('a'))
  expect(error).toMatchObject({ code: 'ERR_AGENT_NOT_FOUND' })
  await harness.close()
})

test('a virtual clock moves over agents that are confined', async () => {
  const harness = await openHarness()
  for (const what of [fault.noSpace(0, 'full'), fault.noNetwork(), fault.jumpWallClock(5000)]) {
    harness.faults.inject(what)
  }
  harness.faults.inject(fault.failSystemCall('fsync', 'EIO'), { optional: true })
  const agent = await harness.spawnAgent({ id: 'a', script: { heartbeat: 1000 } })
  await harness.installClock().advance(2000)
  const beats = agent.messages()
  expect([(await beats.next()).value, (await beats.next()).value]).toEqual([
    { heartbeat: 1 },
    { heartbeat: 2 },
  ])
  await harness.close()
})

test.each([3_600_000, -90_000])('the wall clock jumps by %d ms, and no other clock does', async (ms) => {
  const look = `await connection.send([Date.now(), performance.now()])`
  const harness = await openHarness({ agent: obedient(look) })
  const events = eventsOf(harness)
  harness.faults.inject(fault.jumpWallClock(ms), { at: { message: 2 } })
  const agent = await harness.spawnAgent({ id: 'a' })
  const messages = agent.messages()
  const looks: [number, number][] = []
  for (let n = 1; n <= 2; n++) {
    await agent.send('look')
    looks.push((await messages.next()).value as [number, number])
  }
  const [[wall, steady], [laterWall, laterSteady]] = looks as [[number, number], [number, number]]
  // Both clocks are read within the same ms or so, twice.
  expect(Math.abs(laterWall - wall - ms - (laterSteady - steady))).toBeLessThan(1000)
  expect(events.find(({ kind }) => kind === 'fault')).toMatchObject({ fault: 'jumpWallClock', proof: { ms } })
  await harness.close()
})
