import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { Interrupted } from '../../src/cli/interruption.ts'
import { builtFile } from '../../src/package-root.ts'
import { labProject } from '../lab/in-test.ts'
import { alive } from '../support/alive.ts'
import { until } from '../support/until.ts'
import { run } from './support/command-run.ts'
import { asOrdinaryUser } from '../support/ordinary-user.ts'
import { Scratch } from '../support/scratch.ts'
import { invoke } from './support/invoke.ts'

interface Told {
  readonly files: readonly { readonly file: string; readonly action: string; readonly note: string | null }[]
  readonly install: { readonly command: string[]; readonly packages: string[]; readonly done: boolean } | null
}

async function init(scratch: Scratch, ...args: string[]): Promise<Told & { code: number }> {
  const { code, out, err } = await invoke(['init', scratch.root, '--json', ...args])
  expect(err).toBe('')
  return { code, ...(JSON.parse(out) as Told) }
}

/** All files of the directory with what they hold. */
function filesOf(scratch: Scratch): Record<string, string> {
  const entries = fs.readdirSync(scratch.root, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  return Object.fromEntries(
    files.toSorted().map((file) => [path.relative(scratch.root, file), fs.readFileSync(file, 'utf8')]),
  )
}

const ALL = ['package.json', 'vitest.config.ts', 'test/first.test.ts', '.github/workflows/supervise.yml']

test('an empty directory gets all files, and the second time none changes', async () => {
  const scratch = new Scratch()
  const dry = await init(scratch, '--dry-run')
  expect(filesOf(scratch)).toEqual({})
  const first = await init(scratch)
  expect([first.code, first.files.map(({ file, action }) => [file, action])]).toEqual([
    0,
    ALL.map((file) => [file, 'created']),
  ])
  expect(dry.files).toEqual(first.files)
  expect(first.install).toMatchObject({ packages: ['vitest', 'vitest-supervise'], done: false })
  const files = filesOf(scratch)
  expect(Object.keys(files).toSorted()).toEqual(ALL.toSorted())
  expect(JSON.parse(files['package.json'] ?? '')).toMatchObject({ private: true, type: 'module' })

  const second = await init(scratch)
  expect([second.code, second.files.map(({ action }) => action)]).toEqual([0, ALL.map(() => 'kept')])
  expect(filesOf(scratch)).toEqual(files)
})

test('what init writes passes as it is', async () => {
  const project = labProject({ files: {} })
  fs.rmSync(project.path('vitest.config.js'))
  const { code, out } = await run(project, 'init', '--no-ci')
  expect([code, out]).toEqual([0, expect.stringContaining('created  test/first.test.ts')])
  expect(project.read('.github/workflows/supervise.yml')).toBeUndefined()
  const tests = await project.run()
  expect(tests.states).toEqual({ 'waits 1, 2, 4 and 8 s, then gives up': 'passed' })
})

test('a CommonJS package gets a configuration that is a module by its name', async () => {
  const scratch = new Scratch()
  scratch.write('package.json', '{ "name": "old", "devDependencies": { "vitest": "4" } }')
  const { files, install } = await init(scratch, '--no-ci')
  expect(files.map(({ file, action }) => [file, action])).toEqual([
    ['package.json', 'changed'],
    ['vitest.config.mts', 'created'],
    ['test/first.test.ts', 'created'],
  ])
  expect(install?.packages).toEqual(['vitest-supervise'])
  expect(JSON.parse(filesOf(scratch)['package.json'] ?? '')).not.toHaveProperty('type')
})

test('what is there is never overwritten, and what is left to do by hand ends it with code 1', async () => {
  const scratch = new Scratch()
  const files = {
    'package.json': '{ "type": "module", "scripts": { "test": "make test" } }',
    'vite.config.js': 'export default (environment) => ({ plugins: [] })\n',
    'tests/first.test.ts': 'mine',
    '.github/workflows/supervise.yml': 'mine, too',
  }
  for (const [file, text] of Object.entries(files)) scratch.write(file, text)
  const told = await init(scratch)
  expect(told.code).toBe(1)
  expect(told.files).toEqual([
    { file: 'package.json', action: 'kept', note: 'it has a script `test`' },
    { file: 'vite.config.js', action: 'by hand', note: expect.stringContaining('plugins: [supervise()],') },
    { file: 'tests/first.test.ts', action: 'kept', note: 'already there' },
    { file: '.github/workflows/supervise.yml', action: 'kept', note: 'already there' },
  ])
  expect(filesOf(scratch)).toEqual(files)
  expect((await invoke(['init', scratch.root])).out).toContain(
    "\n    import { supervise } from 'vitest-supervise/plugin'\n    plugins: [supervise()],\n",
  )
})

test.each([
  ['pnpm-lock.yaml', 'pnpm install --frozen-lockfile', 'pnpm exec vitest run', ['pnpm', 'add', '--save-dev']],
  ['yarn.lock', 'yarn install --frozen-lockfile', 'yarn vitest run', ['yarn', 'add', '--dev']],
  ['bun.lock', 'bun install --frozen-lockfile', 'bunx vitest run', ['bun', 'add', '--dev']],
  ['package-lock.json', 'npm ci', 'npx vitest run', ['npm', 'install', '--save-dev']],
])(
  'of a project with %s, commands and workflow are those of its package manager',
  async (lock, ci, tests, add) => {
    const scratch = new Scratch()
    scratch.write(lock, '')
    const { install } = await init(scratch)
    expect(install?.command.slice(0, 3)).toEqual(add)
    const workflow = filesOf(scratch)['.github/workflows/supervise.yml']
    expect(workflow).toContain(`- run: ${ci}\n`)
    expect(workflow).toContain(`- run: ${tests}\n`)
    expect(workflow?.includes('pnpm/action-setup')).toBe(lock.startsWith('pnpm'))
  },
)

test('a workflow is written at the root of a repository alone', async () => {
  const scratch = new Scratch()
  fs.mkdirSync(scratch.path('.git'))
  scratch.write('packages/a b é/package.json', '{ "type": "module" }')
  const nested = await invoke(['init', scratch.path('packages/a b é')])
  expect(nested.out).toContain(`GitHub looks for workflows in ${scratch.root}`)
  expect(nested.out).toContain(`cd '${scratch.path('packages/a b é')}'`)
  expect(Object.keys(filesOf(scratch))).toEqual([
    'packages/a b é/package.json',
    'packages/a b é/test/first.test.ts',
    'packages/a b é/vitest.config.ts',
  ])
})

test.each<[string, (scratch: Scratch) => string, string]>([
  ['no directory', (scratch) => scratch.path('nowhere'), 'ERR_PROJECT_INVALID: There is no directory '],
  ['a file', (scratch) => scratch.write('file', ''), 'file is no directory'],
  [
    'a package.json that does not parse',
    (scratch) => path.dirname(scratch.write('package.json', '{ "name": ')),
    'package.json does not parse: ',
  ],
  [
    'a file where the tests would be',
    (scratch) => path.dirname(scratch.write('test', '')),
    'first.test.ts cannot be written (ENOTDIR), and so nothing was',
  ],
])('%s ends it with code 2 and one message, and nothing is written', async (_, make, message) => {
  const scratch = new Scratch()
  const directory = make(scratch)
  const before = filesOf(scratch)
  const { code, out, err } = await invoke(['init', directory])
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(message)
  expect(err.trim().split('\n')).toHaveLength(1)
  expect(filesOf(scratch)).toEqual(before)
})

test('where one directory may not be written to, nothing is written', () => {
  const scratch = new Scratch()
  const user = asOrdinaryUser(scratch)
  fs.mkdirSync(scratch.path('test'))
  fs.chmodSync(scratch.path('test'), 0o555)
  const program = [...user, process.execPath, builtFile('src/cli/main.ts'), 'init', scratch.root]
  const [file = '', ...args] = program
  const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' })
  expect([status, stderr]).toEqual([2, expect.stringContaining('ERR_INIT_FAILED')])
  expect(filesOf(scratch)).toEqual({})
})

test('--install has the package manager install what is missing, and tells when that fails', async () => {
  const scratch = new Scratch()
  const bin = path.dirname(
    scratch.shell('echo "$@" >> installed; echo working; exit "$(cat code)"', 'bin/pnpm'),
  )
  scratch.write('code', '0')
  scratch.write('pnpm-lock.yaml', '')
  const install = (): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [builtFile('src/cli/main.ts'), 'init', '--install', '--json'], {
      cwd: scratch.root,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
    })
  const good = install()
  expect([good.status, good.stderr]).toEqual([0, 'working\n'])
  expect(JSON.parse(String(good.stdout))).toMatchObject({ install: { done: true } })
  expect(filesOf(scratch)['installed']).toMatch(/^add --save-dev vitest(@4)? vitest-supervise\n$/)
  scratch.write('code', '7')
  const bad = install()
  expect(bad.status).toBe(2)
  expect(JSON.parse(String(bad.stdout))).toMatchObject({ error: { code: 'ERR_INIT_FAILED' } })
  expect(bad.stderr).toContain('exited with 7')
})

test('who interrupts --install has it ended', async () => {
  const scratch = new Scratch()
  const bin = path.dirname(scratch.shell('echo $$ > installing; exec sleep 86400', 'bin/pnpm'))
  scratch.write('pnpm-lock.yaml', '')
  const child = spawn(process.execPath, [builtFile('src/cli/main.ts'), 'init', '--install'], {
    cwd: scratch.root,
    env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
    stdio: 'ignore',
  })
  const pid = await until('it installs', () => Number(filesOf(scratch)['installing']) || undefined)
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([130, null])
  expect(alive(pid)).toBe(false)
})

test('an unknown option, and who interrupts it, end it before anything is written', async () => {
  const scratch = new Scratch()
  expect(await invoke(['init', scratch.root, '--force'])).toMatchObject({ code: 2, out: '' })
  const signal = AbortSignal.abort(new Interrupted('SIGINT'))
  expect(await invoke(['init', scratch.root], { signal })).toMatchObject({ code: 130, out: '' })
  expect(filesOf(scratch)).toEqual({})
})
