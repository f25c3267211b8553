import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'

import { expect, test } from 'vitest'

import { labProject } from '../lab/in-test.ts'
import type { LabProject } from '../lab/project.ts'
import { documents, read } from './documents.ts'
import { type Snippet, snippetsOf } from './snippet.ts'

/** What a snippet may use without saying where it comes from. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  'vitest-supervise': ['expect', 'explore', 'fault', 'invariant', 'test'],
  'vitest-supervise/plugin': ['supervise'],
  './supervisor.ts': ['Supervisor'],
}

/** What fragments speak of. */
const AMBIENT = `
declare function openDatabase(): Promise<void>
declare function startServer(signal: AbortSignal): Promise<void>
declare const stop: AbortController
declare module 'respawn' {
  export default function respawn(command: string[], options: object): any
}
`

const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  },
  include: ['**/*.ts'],
}

const supervisor = read('examples/supervisor/src/supervisor.ts')

const examples = {
  'src/supervisor.ts': supervisor,
  'test/supervisor.test.ts': read('examples/supervisor/test/supervisor.test.ts'),
  'test/explore.test.ts': read('examples/supervisor/test/explore.test.ts'),
  'test/respawn.test.ts': read('examples/respawn/test/respawn.test.ts'),
}

/** Each is a run of its own. */
const GROUPS = ['README and examples', 'the guide', 'the cookbook'] as const

/** A run of many real processes, on a machine that is busy with others. */
const RUN_LIMIT_MS = 120_000

const snippets = documents.flatMap((file) => snippetsOf(file, read(file)))
const tests = snippets.filter(({ kind }) => kind === 'test')

test('every TypeScript snippet is a test, or says that it does not run', () => {
  const unclear = tests.filter(({ code }) => !/^\s*(?:test|test\.for|explore|replay)\(/m.test(code))
  expect(unclear.map(({ name }) => name)).toEqual([])
})

test.for(GROUPS)('the snippets of %s pass as they are written', { timeout: RUN_LIMIT_MS }, async (group) => {
  const own = snippets.filter((snippet) => groupOf(snippet) === group)
  const project = projectOf({ ...filesOf(own), ...(group === 'README and examples' && examples) })
  const run = await project.run('--update=none')
  expect([run.code, run.code === 0 ? '' : run.output]).toEqual([0, ''])
  expect(Object.keys(run.tests).length).toBeGreaterThanOrEqual(
    own.filter(({ kind }) => kind === 'test').length,
  )
  expect(await project.survivors()).toMatchObject({ processes: [], directories: [] })
})

test('the types of the snippets and examples are right', () => {
  const project = projectOf({
    ...filesOf(snippets),
    ...examples,
    // Its types alone: it needs an agent of its own, with which `npm run demo` runs it.
    'flaky-api/poller.ts': read('examples/flaky-api/src/poller.ts'),
    'flaky-api/test.ts': read('examples/flaky-api/test/poller.test.ts'),
    'ambient.d.ts': AMBIENT,
    'tsconfig.json': JSON.stringify(TSCONFIG),
  })
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json')
  const check = spawnSync(process.execPath, [path.join(path.dirname(tsc), 'bin', 'tsc')], {
    cwd: project.root,
    encoding: 'utf8',
  })
  expect(check.stdout).toBe('')
})

function groupOf({ page }: Snippet): (typeof GROUPS)[number] {
  if (page.startsWith('cookbook/')) return 'the cookbook'
  return page === 'readme' ? 'README and examples' : 'the guide'
}

/** In few processes: the files are many and small. A test may take longer than a user's, on a machine that is busy with others. */
function projectOf(files: Readonly<Record<string, string>>): LabProject {
  const modules = { respawn: 'respawn', msw: 'msw' }
  return labProject({ files, modules, test: { isolate: false, maxWorkers: 2, testTimeout: 30_000 } })
}

function filesOf(some: readonly Snippet[]): Record<string, string> {
  return {
    ...Object.fromEntries(some.map(({ page }) => [`${page}/supervisor.ts`, supervisor])),
    ...Object.fromEntries(some.map((snippet) => [snippet.path, moduleOf(snippet)])),
  }
}

function moduleOf(snippet: Snippet): string {
  if (snippet.kind === 'file') return snippet.code
  return snippet.kind === 'test' ? withImports(snippet) : asFunction(snippet)
}

function withImports({ code }: Snippet): string {
  const missing = Object.entries(KNOWN).flatMap(([module, names]) => {
    const needed = names.filter((name) => !new RegExp(`^import .*\\b${name}\\b.* from `, 'm').test(code))
    return needed.length > 0 ? [`import { ${needed.join(', ')} } from '${module}'`] : []
  })
  return [...missing, code].join('\n')
}

/** A fragment of a test has its fixtures; one of a module stays as it is. */
function asFunction(snippet: Snippet): string {
  const whole = withImports(snippet)
  if (/^export /m.test(whole)) return whole
  const lines = whole.split('\n')
  const imports = lines.filter((line) => line.startsWith('import '))
  const body = lines.filter((line) => !line.startsWith('import '))
  return [
    ...imports,
    `import type { SuperviseFixtures } from 'vitest-supervise'`,
    'export async function fragment({ timeline }: SuperviseFixtures) {',
    ...body,
    '}',
  ].join('\n')
}
