import { existsSync, readdirSync } from 'node:fs'

import { expect, test } from 'vitest'

import { createHarness } from '../../src/harness/create-harness.ts'
import { failure } from '../support/agents.ts'
import { alive } from '../support/alive.ts'
import { Scratch } from '../support/scratch.ts'
import { Script } from '../support/script.ts'
import { until } from '../support/until.ts'

/** What a run left in the directory for temporary files. */
function leftovers(scratch: Scratch): string[] {
  return readdirSync(scratch.root).filter((name) => name.startsWith('vs-'))
}

const START = `
  const { createHarness } = await load('index.js')
  const harness = await createHarness(JSON.parse(process.env.OPTIONS ?? '{}'))
`

test('a script needs no Vitest, leaves nothing and ends by itself', async () => {
  const scratch = new Scratch()
  const script = new Script(
    scratch,
    `${START}
    const agent = await harness.spawnAgent({ script: { children: ['setsid'] } })
    await agent.send('hello')
    const { value } = await agent.messages().next()
    say({ value, dir: harness.runtimeDir, pids: (await harness.processes()).map(({ pid }) => pid) })
    await harness.close()`,
  )
  const { value, dir, pids } = await script.said<{ value: string; dir: string; pids: number[] }>()
  expect(await script.exit()).toBe(0)
  expect(script.stderr).toBe('')
  expect(value).toBe('hello')
  expect(pids).toHaveLength(2)
  expect(pids.filter(alive)).toEqual([])
  expect(existsSync(dir)).toBe(false)
  await until('its run has gone', () => leftovers(scratch).length === 0)
})

test.each(['SIGKILL', 'SIGTERM', 'process.exit'])(
  '%s of a script leaves no process and no directory',
  async (how) => {
    const scratch = new Scratch()
    const script = new Script(
      scratch,
      `${START}
    await harness.spawnAgent({ script: { children: ['ordinary', 'ignore-sigterm', 'setsid'] } })
    say((await harness.processes()).map(({ pid }) => pid))
    process.stdin.once('data', () => process.exit(3)).resume()`,
    )
    const pids = await script.said<number[]>()
    expect(pids).toHaveLength(4)
    if (how === 'process.exit') script.child.stdin?.write('now\n')
    else script.child.kill(how as NodeJS.Signals)
    await script.exit()
    await until('all is gone', () => !pids.some(alive) && leftovers(scratch).length === 0, 2000)
    expect(pids.filter(alive)).toEqual([])
  },
)

test.each([
  ['never', true, false],
  ['on-failure', false, false],
  ['on-failure', true, true],
  ['always', false, true],
] as const)('keepRuntimeDir %s and failed %s: kept %s', async (keepRuntimeDir, failed, kept) => {
  const scratch = new Scratch()
  const script = new Script(
    scratch,
    `${START}
    const { writeFileSync } = await import('node:fs')
    writeFileSync(harness.runtimeDir + '/evidence', 'here')
    await harness.close({ failed: ${failed} })
    say({ dir: harness.runtimeDir, kept: harness.keptDir ?? null })`,
    { OPTIONS: JSON.stringify({ keepRuntimeDir }) },
  )
  const said = await script.said<{ dir: string; kept: string | null }>()
  await script.exit()
  expect(said.kept).toBe(kept ? said.dir : null)
  expect(existsSync(`${said.dir}/evidence`)).toBe(kept)
  expect(leftovers(scratch)).toHaveLength(kept ? 1 : 0)
})

test('a TMPDIR that is too long for sockets, or no directory, is named with what to do', async () => {
  const scratch = new Scratch()
  const body = `
    const { createHarness } = await load('index.js')
    await createHarness().then(() => say({}), ({ code, message }) => say({ code, message }))`
  const long = scratch.path('x'.repeat(100))
  scratch.write(`${'x'.repeat(100)}/file`, '')
  const file = scratch.write('file', '')
  const cases = [
    [long, 'ERR_PATH_TOO_LONG'],
    [file, 'ERR_RUNTIME_DIR'],
    [scratch.path('missing'), 'ERR_RUNTIME_DIR'],
  ] as const
  for (const [TMPDIR, code] of cases) {
    const script = new Script(scratch, body, { TMPDIR }, `${code}.mjs`)
    const error = await script.said<{ code: string; message: string }>()
    expect(await script.exit()).toBe(0)
    expect(error.code).toBe(code)
    expect(error.message).toContain('TMPDIR')
  }
  expect(readdirSync(long)).toEqual(['file'])
})

test('options and agents that cannot be meant are refused before anything is made', async () => {
  expect(await failure(createHarness({ leak: 'warn' } as object))).toMatchObject({
    code: 'ERR_OPTION_UNKNOWN',
  })
  const agent = new Scratch().path('missing.ts')
  expect(await failure(createHarness({ agent }))).toMatchObject({ code: 'ERR_AGENT_NOT_FOUND' })
})
