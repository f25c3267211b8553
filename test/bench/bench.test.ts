import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { repository } from '../lab/repository.ts'
import { processesOf } from '../lab/survivors.ts'
import { Scratch } from '../support/scratch.ts'
import { until } from '../support/until.ts'

const HEAD = '| what | figure | beside it, in the same run | promised | reached | met | by | |'

interface Report {
  readonly machine: object
  readonly quick: boolean
  readonly rows: readonly {
    readonly what: string
    readonly of: object
    readonly rivals: object
    readonly promise: object
    readonly command: string
  }[]
  readonly failures: readonly { readonly name: string }[]
}

test('a bench gives rows with their rivals, promises and commands, as a table and as JSON', async () => {
  const scratch = new Scratch()
  const { code, out } = await bench(scratch, ['--quick', '--only', 'build'])
  expect(code).toBe(0)
  expect(out).toContain(HEAD)
  expect(out).toContain('| at most 500 ms |')
  expect(out).toContain('`npm run bench -- --only build`')
  const { machine, quick, rows, failures } = reportOf(scratch)
  expect([quick, failures]).toEqual([true, []])
  expect(Object.keys(machine)).toEqual(['node', 'system', 'processor', 'cores', 'memory', 'load'])
  expect(rows[0]).toMatchObject({
    bench: 'build',
    of: { value: expect.any(Number), p10: expect.any(Number), p90: expect.any(Number), runs: 1, unit: 'ms' },
    rivals: { '`esbuild`, by hand': { unit: 'ms' }, '`vite.build`': { unit: 'ms' } },
    promise: { promised: 'at most 500 ms', reached: expect.stringMatching(/ ms$/), met: expect.any(Boolean) },
    command: 'npm run bench -- --only build',
  })
})

test('a bench that fails is told, and the others are measured all the same', async () => {
  const scratch = new Scratch()
  // Without `sh`, which one of them starts.
  const { code, out } = await bench(scratch, ['--quick', '--only', 'restarts,build'], { PATH: scratch.root })
  expect(code).toBe(1)
  expect(out).toContain('| **restarts failed** |')
  const { rows, failures } = reportOf(scratch)
  expect(failures.map(({ name }) => name)).toEqual(['restarts'])
  expect(rows.map(({ command }) => command)).toContain('npm run bench -- --only build')
})

test.runIf(process.platform === 'linux')(
  'SIGINT in the middle leaves no process and no directory',
  async () => {
    const scratch = new Scratch()
    const child = start(scratch, ['--only', 'agent'])
    const exited = once(child, 'exit')
    await until('an agent is running', () =>
      processesOf(scratch.root).some(({ agent }) => agent !== undefined),
    )
    child.kill('SIGINT')
    expect(await exited).toEqual([null, 'SIGINT'])
    expect(processesOf(scratch.root)).toEqual([])
    expect(readdirSync(scratch.root)).toEqual([])
  },
)

test('an unknown name is refused with those that there are', async () => {
  const { code, err } = await bench(new Scratch(), ['--only', 'agents'])
  expect(code).toBe(1)
  expect(err).toMatch(/^There is no agents\. There are: agent, restarts, /)
})

async function bench(
  scratch: Scratch,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = start(scratch, [...args, '--json', scratch.path('report.json')], env)
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

function start(scratch: Scratch, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawn(process.execPath, [path.join(repository, 'bench/run.mjs'), ...args], {
    env: { ...process.env, TMPDIR: scratch.root, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function reportOf(scratch: Scratch): Report {
  return JSON.parse(readFileSync(scratch.path('report.json'), 'utf8')) as Report
}
