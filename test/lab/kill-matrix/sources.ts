import type { Cell, Ending } from './cells.ts'

/** The kinds of agents that are up in every trial. */
export const KINDS = ['ordinary', 'ignores-sigterm', 'grandchild', 'setsid-grandchild', 'stopped'] as const

/** How many processes the agents of each kind are. */
export const PROCESSES: Readonly<Record<(typeof KINDS)[number], number>> = {
  ordinary: 1,
  'ignores-sigterm': 1,
  grandchild: 2,
  'setsid-grandchild': 2,
  stopped: 1,
}

/** The trial's own timeout, long enough for the agents to be ready on a busy machine. Milliseconds. */
const TEST_TIMEOUT = 6000

/** What the test writes, with its worker's pid, when the agents are up. */
export const READY_FILE = 'ready'

const AGENTS = `
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

export async function startAgents(spawnAgent) {
  const agents = await Promise.all([
    spawnAgent({ id: 'ordinary' }),
    spawnAgent({ id: 'ignores-sigterm', script: { onSignal: { SIGTERM: 'ignore' } } }),
    spawnAgent({ id: 'grandchild', script: { children: ['ordinary'] } }),
    spawnAgent({ id: 'setsid-grandchild', script: { children: ['setsid'] } }),
    spawnAgent({ id: 'stopped' }),
  ])
  const { pid } = agents[4]
  process.kill(pid, 'SIGSTOP')
  while (!readFileSync('/proc/' + pid + '/stat', 'latin1').includes(') T ')) await new Promise(setImmediate)
  writeFileSync('ready~', String(process.pid))
  renameSync('ready~', '${READY_FILE}')
}

export const never = () => new Promise(() => setInterval(() => {}, 1000))
`

const HEAD = `
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest-supervise'
import { never, startAgents } from './agents.js'
`

const BODIES = {
  'async wait': 'await never()',
  'sync loop': 'for (;;);',
}

const ENDED_BY: Readonly<Record<Ending, string>> = {
  timeout: `
test('trial', async ({ spawnAgent }) => {
  await startAgents(spawnAgent)
  await never()
})`,
  'failed assertion': `
test('trial', async ({ spawnAgent }) => {
  await startAgents(spawnAgent)
  expect(1).toBe(2)
})`,
  skip: `
test('trial', async ({ spawnAgent, skip }) => {
  await startAgents(spawnAgent)
  skip()
})`,
  bail: `
test('trial', async ({ spawnAgent }) => {
  await startAgents(spawnAgent)
  await never()
})`,
  'hung clean-up': `
const hung = test.extend('hung', async ({ runtimeDir }, { onCleanup }) => onCleanup(never))
hung('trial', async ({ spawnAgent, hung }) => startAgents(spawnAgent))`,
  'throwing clean-up': `
const throwing = test.extend('throwing', async ({ runtimeDir }, { onCleanup }) => onCleanup(() => { throw new Error('from the clean-up') }))
throwing('trial', async ({ spawnAgent, throwing }) => startAgents(spawnAgent))`,
  'late set-up': `
const late = test.extend('late', async ({ spawnAgent, signal }) => {
  await startAgents(spawnAgent)
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  await new Promise(setImmediate)
  await spawnAgent({ id: 'ordinary' })
})
late('trial', async ({ late }) => {})`,
}

/** A second file, whose failure makes the run give up the trial. */
const BAILS = `${HEAD}
test('fails', async () => {
  while (!existsSync('${READY_FILE}')) await new Promise(setImmediate)
  expect(1).toBe(2)
})`

/** The files of the project in which a trial takes place. */
export function filesOf(cell: Cell): Record<string, string> {
  if (!('ending' in cell)) {
    const body = BODIES['body' in cell ? cell.body : 'async wait']
    return {
      'agents.js': AGENTS,
      'trial.test.js': `${HEAD}
test('trial', async ({ spawnAgent }) => {
  await startAgents(spawnAgent)
  ${body}
})`,
    }
  }
  return {
    'agents.js': AGENTS,
    'trial.test.js': HEAD + ENDED_BY[cell.ending],
    ...(cell.ending === 'bail' ? { 'bails.test.js': BAILS } : {}),
  }
}

/** The part \`test\` of that project's configuration. */
export function configOf(cell: Cell): object {
  const bails = 'ending' in cell && cell.ending === 'bail'
  return {
    pool: cell.pool,
    maxWorkers: bails ? 2 : 1,
    testTimeout: 'ending' in cell ? TEST_TIMEOUT : 60_000,
    hookTimeout: 3000,
    ...(bails ? { bail: 1 } : {}),
  }
}
