import fs from 'node:fs'
import path from 'node:path'

import { afterAll, expect, onTestFinished, test, vi } from 'vitest'

import { faultFacts } from '../../src/fault/fault.ts'
import { isInRange } from '../../src/cli/doctor/version-range.ts'
import { LabProject } from '../lab/project.ts'
import { CommandRun, run } from './support/command-run.ts'
import { ENDLESS, endlessRun, killWithReaper } from './support/dead-run.ts'
import { until } from '../support/until.ts'
import { invoke } from './support/invoke.ts'
import { Interrupted } from '../../src/cli/interruption.ts'

interface Told {
  readonly ok: boolean
  readonly findings: readonly { topic: string; level: string; found: string; advice: string | null }[]
  readonly skippedFaults: readonly { fault: string; reason: string }[]
}

/** What it says of the project, by topic: those that are not ok alone, or all. */
async function doctor({
  args = [],
  environment = {},
}: { args?: string[]; environment?: Record<string, string> } = {}): Promise<{
  code: number | null
  told: Told
  levels: Record<string, string>
  found: Record<string, string>
}> {
  const { code, out, err } = await new CommandRun(project, ['doctor', '--json', ...args], environment).ended
  expect(err).toBe('')
  const told = JSON.parse(out) as Told
  return {
    code,
    told,
    levels: Object.fromEntries(told.findings.map(({ topic, level }) => [topic, level])),
    found: Object.fromEntries(told.findings.map(({ topic, found }) => [topic, found])),
  }
}

const project = new LabProject({ files: {} })
afterAll(() => project[Symbol.asyncDispose]())

/** With another configuration. */
function configured(text: string): void {
  project.write('vitest.config.js', `import { supervise } from 'vitest-supervise/plugin'\n${text}`)
}

test('a project that is as it has to be has no problem, and nothing is left of the look', async () => {
  const { code, told, levels, found } = await doctor()
  expect([code, told.ok]).toEqual([0, true])
  expect(levels).toMatchObject({
    node: 'ok',
    vitest: 'ok',
    pool: 'ok',
    plugin: 'ok',
    sockets: 'ok',
    leftovers: 'ok',
  })
  expect(found['pool']).toMatch(/^forks /)
  const skipped = new Set(told.skippedFaults.map(({ fault }) => fault)).size
  const all = Object.keys(faultFacts).length
  expect(found['faults']).toBe(`${all - skipped} of ${all} can happen here`)
  expect(fs.readdirSync(project.temporary)).toEqual([])
  expect(fs.existsSync(project.path('node_modules/.cache'))).toBe(false)
})

test('a pool that is not supported, told by the plugin, is a problem', async () => {
  configured("export default { plugins: [supervise()], test: { pool: 'vmThreads' } }")
  const { code, found } = await doctor()
  expect([code, found['configuration']]).toEqual([
    1,
    expect.stringContaining('cannot work in the pool "vmThreads"'),
  ])
})

test('that nothing has the plugin is a problem, and that one project has it not is a warning', async () => {
  configured('export default {}')
  expect(await doctor()).toMatchObject({ code: 1, levels: { plugin: 'problem' } })
  configured(
    `const projects = [{ test: { name: 'one' } }, { plugins: [supervise()], test: { name: 'two', pool: 'threads' } }]
    export default { test: { projects } }`,
  )
  const { code, told } = await doctor()
  expect(code).toBe(0)
  const about = told.findings.filter(({ topic }) => topic === 'plugin' || topic === 'pool')
  expect(about.map(({ level, found }) => `${level} ${found.replace(/ \(.*/, '')}`)).toEqual([
    'ok forks of the project "one"',
    'ok threads of the project "two"',
    'warning missing in the configuration of the project "one"',
  ])
})

test('packages that are missing, and a configuration that does not load, are problems', async () => {
  configured('export default {')
  expect(await doctor()).toMatchObject({ code: 1, levels: { configuration: 'problem' } })
  expect((await doctor({ args: ['--no-config'] })).found['configuration']).toContain('not looked at')
  const vitest = project.path('node_modules/vitest')
  fs.renameSync(vitest, `${vitest}-gone`)
  const { code, levels } = await doctor()
  fs.renameSync(`${vitest}-gone`, vitest)
  expect([code, levels['vitest'], levels['configuration']]).toEqual([1, 'problem', 'warning'])
})

test('a configuration that ends the process is a problem, and says by what', async () => {
  configured('process.exit(3)')
  expect((await doctor()).found['configuration']).toContain('it ends the process (exit code 3)')
})

test('a process that the configuration leaves, with the pipes of its own, is not waited for', async () => {
  const note = project.path('left.pid')
  configured(`
    import { spawn } from 'node:child_process'
    import { writeFileSync } from 'node:fs'
    const left = spawn('sleep', ['1000'], { stdio: 'inherit' })
    writeFileSync(${JSON.stringify(note)}, String(left.pid))
    export default { plugins: [supervise()] }
  `)
  onTestFinished(() => void process.kill(Number(fs.readFileSync(note, 'utf8')), 'SIGKILL'))
  expect((await doctor()).levels).toMatchObject({ pool: 'ok', plugin: 'ok' })
})

test('a directory for temporary files that is too deep, or not there, is a problem', async () => {
  const deep = project.path('t', 'x'.repeat(90))
  fs.mkdirSync(deep)
  const args = ['--no-config']
  const long = await doctor({ args, environment: { TMPDIR: deep } })
  expect([long.code, long.levels['socket path'], long.found['socket path']]).toEqual([
    1,
    'problem',
    expect.stringContaining('bytes, and this system allows'),
  ])
  fs.rmdirSync(deep)
  const gone = await doctor({ args, environment: { TMPDIR: project.path('gone') } })
  expect([gone.code, gone.levels['temporary files']]).toEqual([1, 'problem'])
})

test.runIf(process.platform === 'linux')(
  'what the machine lacks is a warning that names the faults',
  async () => {
    fs.mkdirSync(project.path('bin'))
    fs.symlinkSync(process.execPath, project.path('bin', 'node'))
    const { code, told } = await doctor({
      args: ['--no-config'],
      environment: { PATH: project.path('bin') },
    })
    expect(code).toBe(0)
    expect(told.findings.find(({ topic }) => topic === 'strace')).toEqual({
      topic: 'strace',
      level: 'warning',
      found: '`strace` is not installed: `apt-get install strace`',
      advice: expect.stringContaining('fault.diesAtSystemCall, fault.failSystemCall are skipped'),
    })
    expect(told.skippedFaults).toContainEqual({
      fault: 'failSystemCall',
      reason: '`strace` is not installed: `apt-get install strace`',
    })
  },
)

test('what a dead run has left is a warning', async () => {
  configured('export default { plugins: [supervise()] }')
  project.write('endless.test.ts', ENDLESS)
  await killWithReaper(project, await endlessRun(project))
  const { code, levels, found } = await doctor({ args: ['--no-config'] })
  await run(project, 'reap')
  expect([code, levels['leftovers'], found['leftovers']]).toEqual([
    0,
    'warning',
    expect.stringMatching(/^1 dead run left \d process/),
  ])
})

test.each([60, 200])(
  'on a terminal of %d columns no line is longer, and NO_COLOR takes the colours',
  async (columns) => {
    const args = ['doctor', '--no-config', path.resolve('.')]
    const coloured = await invoke(args, { columns })
    const plain = await invoke(args, { columns, environment: { NO_COLOR: '1' } })
    expect(coloured.out).toContain('\u001B[32mok')
    expect(plain.out).not.toContain('\u001B')
    const words = plain.out.split('\n').filter((line) => line.length > columns)
    // A path has no place to break at.
    expect(words.filter((line) => !line.includes('/'))).toEqual([])
  },
)

test('who interrupts it while the configuration is loaded has nothing left', async () => {
  configured(
    `import fs from 'node:fs'
    fs.writeFileSync('loading', '')
    await new Promise(() => setInterval(() => {}, 1e6))`,
  )
  const { process, ended } = new CommandRun(project, ['doctor'])
  await until('it is loaded', () => project.read('loading') !== undefined)
  process.kill('SIGINT')
  expect(await ended).toMatchObject({ code: 130, out: '' })
  expect(await project.survivors()).toMatchObject({ processes: [], directories: [] })
})

test('who interrupts it does so when what it has tried out is taken back', async () => {
  vi.stubEnv('TMPDIR', project.temporary)
  onTestFinished(() => void vi.unstubAllEnvs())
  const changed = (): bigint => fs.statSync(project.temporary, { bigint: true }).mtimeNs
  const before = changed()
  const there = fs.readdirSync(project.temporary)
  const signal = AbortSignal.abort(new Interrupted('SIGINT'))
  expect(await invoke(['doctor', '--no-config'], { signal })).toMatchObject({ code: 130 })
  expect(changed()).toBeGreaterThan(before)
  expect(fs.readdirSync(project.temporary)).toEqual(there)
})

test('who interrupts it, and a directory that is not there, end it', async () => {
  const signal = AbortSignal.abort(new Interrupted('SIGINT'))
  expect(await invoke(['doctor'], { signal })).toMatchObject({ code: 130, out: '' })
  expect(await invoke(['doctor', '/nowhere'])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('ERR_PROJECT_INVALID: There is no directory /nowhere'),
  })
})

test.each([
  ['4.1.0', '^4.1.0 || ^5.0.0', true],
  ['4.0.9', '^4.1.0 || ^5.0.0', false],
  ['5.2.1-beta.1', '^4.1.0 || ^5.0.0', true],
  ['6.0.0', '^4.1.0 || ^5.0.0', false],
  ['3.0.5', '>=2.13.0 <4', true],
  ['4.0.0', '>=2.13.0 <4', false],
  ['2.12.9', '>=2.13.0 <4', false],
  ['20.18.3', '>=20.19', false],
  ['26.1.0', '^22.12.0 || ^24.0.0 || >=26.0.0', true],
  ['20.20.2', '^22.12.0 || ^24.0.0 || >=26.0.0', false],
])('that %s is in the range %s is %s', (version, range, expected) => {
  expect(isInRange(version, range)).toBe(expected)
})
