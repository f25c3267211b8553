import { expect, expectTypeOf, test } from 'vitest'

import { buildAgentForTest } from '../../src/build/build-agent.ts'
import { type Fault, fault } from '../../src/fault/fault.ts'
import type { Harness } from '../../src/harness/harness.ts'
import type { Point } from '../../src/fault/where.ts'
import { failure } from '../support/agents.ts'
import { eventsOf, openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'

const loseDatabase = fault.define<{ table: string }>('lose-database', {
  check: ({ table }) => (table === '' ? 'those of a table' : undefined),
})

async function openDefined(): Promise<Harness> {
  return openHarness({ agents: { own: 'test/agent/programs/defined.ts' } })
}

test('a fault of the user’s own is a value like any other, with its options', () => {
  expect(loseDatabase({ table: 'users' })).toEqual({
    name: 'lose-database',
    options: { table: 'users' },
    at: 'ready',
    text: `lose-database('users')`,
  })
  const options = { deep: { list: [1, null, 'x', true] } }
  const made = fault.define<{ deep: { list: (string | number | boolean | null)[] } }>('deep', {
    at: 'start',
  })(options)
  options.deep.list.push(2)
  expect(made).toMatchObject({ at: 'start', options: { deep: { list: [1, null, 'x', true] } } })
  expect(fault.define('plain')()).toMatchObject({ options: {}, text: 'plain()' })
})

test('its types follow its options', () => {
  expectTypeOf(loseDatabase).toEqualTypeOf<(options: { table: string }) => Fault>()
  expectTypeOf(fault.define<{ often?: number }>('often')).parameters.toEqualTypeOf<
    [options?: { often?: number }]
  >()
  expectTypeOf(fault.define('plain')).returns.toEqualTypeOf<Fault>()
  // @ts-expect-error -- no JSON
  fault.define<{ at: Date }>('dated')
})

test.each([
  ['exit', '`fault.exit` is there already'],
  ['two words', 'it must be letters'],
  ['', 'it must be letters'],
  [7, 'it must be letters'],
  [['lose'], 'it must be letters'],
])('the name %j is refused', (name, message) => {
  expect(() => fault.define(name as string)).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTION_INVALID',
      option: 'name',
      value: name,
      message: expect.stringContaining(message),
    }),
  )
})

test('options that are refused are facts of the error, and a definition is named', () => {
  expect(() => loseDatabase({ table: '' })).toThrow(
    expect.objectContaining({ option: 'options', value: { table: '' } }),
  )
  expect(() => fault.define('x', { when: 'ready' } as never)).toThrow('fault.define')
})

test.each([
  [{ at: 'spawn' }, 'ERR_OPTION_INVALID', '"start" or "ready"'],
  [{ check: 'table' }, 'ERR_OPTION_INVALID', 'a function of the options'],
  [{ when: 'ready' }, 'ERR_OPTION_UNKNOWN', '`when`'],
])('the definition %j is refused', (definition, code, message) => {
  expect(() => fault.define('mine', definition as object)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  )
})

test.each([
  [{ table: '' }, 'those of a table'],
  [{ table: undefined }, 'JSON values; `table` is undefined'],
  [{ table: 'x', deep: [{ at: new Date(0) }] }, '`deep.0.at` is 1970'],
  [{ table: NaN }, '`table` is NaN'],
  [['users'], 'an object'],
  ['users', 'an object'],
])('the options %j are refused', (options, message) => {
  expect(() => loseDatabase(options as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID', message: expect.stringContaining(message) }),
  )
})

test.each(['start', 'ready', { message: 1 }] as Point[])(
  'it happens at %j, as the agent does it',
  async (at) => {
    const harness = await openDefined()
    const events = eventsOf(harness)
    harness.faults.inject(loseDatabase({ table: 'users' }), { at })
    const agent = await harness.spawnerOf(await own()).spawn('a')
    await agent.send('hello').catch(() => {})
    expect((await agent.exited).exitCode).toBe(4)
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'fault', fault: 'lose-database', proof: { lost: 'users' } }),
    )
    await harness.close()
  },
)

test('trigger resolves when the agent has confirmed it', async () => {
  const harness = await openDefined()
  const events = eventsOf(harness)
  await harness.spawnAgent({ agent: 'own' })
  await harness.faults.trigger(fault.define('slow')())
  expect(events.at(-1)).toMatchObject({ kind: 'fault', fault: 'slow', proof: null })
})

test.each([
  ['throws', 'no database here'],
  ['forgets', 'it ended and had not confirmed that it happened'],
])('one that %s is told, and the agent goes on', async (name, reason) => {
  const harness = await openDefined()
  const agent = await harness.spawnAgent({ agent: 'own' })
  const error = await failure(harness.faults.trigger(fault.define(name)()))
  expect(error).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED', reason })
  expect(error.message).toContain(`agent "agent-1" (attempt 1) says: ${reason}.`)
  await agent.stderr.line(`fault "${name}" did not fire: ${reason}.`)
  await agent.send('still there?')
  expect((await agent.messages().next()).value).toBe('still there?')
  harness.faults.inject(fault.define(name)(), { at: { message: 2 } })
  for (const body of ['now', 'afterwards']) {
    await agent.send(body)
    expect((await agent.messages().next()).value).toBe(body)
  }
  const unfired = await failure(harness.close())
  expect(unfired).toMatchObject({ code: 'ERR_FAULT_UNSUPPORTED' })
  expect(unfired.message).toContain(`says: ${reason}`)
})

test('an agent that has no such fault is told by what it can play', async () => {
  const harness = await openHarness()
  await harness.spawnAgent()
  expect(await failure(harness.faults.trigger(loseDatabase({ table: 'users' })))).toMatchObject({
    code: 'ERR_FAULT_UNSUPPORTED',
    can: expect.arrayContaining(['exit']),
  })
})

test('a program in another language has faults of its own by naming them', async () => {
  const harness = await openHarness({ agent: { run: ['python3', pythonAgent()] } })
  const events = eventsOf(harness)
  harness.faults.inject(loseDatabase({ table: 'users' }), { agent: 'ordered' })
  const agent = await harness.spawnAgent({ id: 'ordered' })
  expect((await agent.exited).exitCode).toBe(4)
  await harness.spawnAgent({ id: 'told' })
  await harness.faults.trigger(loseDatabase({ table: 'carts' }))
  expect(events.flatMap((event) => (event.kind === 'fault' ? [event.proof] : []))).toEqual([
    { lost: 'users' },
    { lost: 'carts' },
  ])
})

test.each([
  [{ exit() {} }, 'connect() cannot take the fault "exit": vitest-supervise has a fault of that name'],
  [{ mine: 7 }, 'connect() cannot take the fault "mine": it is no function'],
])('an agent cannot bring %j', async (faults, message) => {
  const { connect } = await import('../../agent/index.ts')
  expect(() => connect({ faults: faults as never })).toThrow(message)
})

function own(): Promise<string> {
  return buildAgentForTest({ entry: 'test/agent/programs/defined.ts' })
}

/** The core of an agent that loses a database when it is told to. */
function pythonAgent(): string {
  return new Scratch().write(
    'agent.py',
    `
import json, os, socket
test = socket.socket(fileno=int(os.environ.pop("SUPERVISE_FD")))

def send(**frame):
    test.sendall(json.dumps(frame).encode() + b"\\n")

def play(order):
    send(t="fired", id=order["id"], proof={"lost": order["options"]["table"]})
    os._exit(4)

send(t="hello", v=1, id=os.environ["SUPERVISE_AGENT"], pid=os.getpid(), can=["lose-database"])
for line in test.makefile("rb"):
    frame = json.loads(line)
    if frame["t"] == "welcome":
        send(t="ready")
        for order in frame["faults"]:
            if order["at"] == "ready":
                play(order)
    elif frame["t"] == "do":
        play(frame)
`,
  )
}
