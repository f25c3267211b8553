import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'

import { expect, test } from 'vitest'

import { labProject } from '../lab/in-test.ts'
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

const snippets = documents.flatMap((file) => snippetsOf(file, read(file)))
const tests = snippets.filter(({ kind }) => kind === 'test')

test('every TypeScript snippet is a test, or says that it does not run', () => {
  const unclear = tests.filter(({ code }) => !/^\s*(?:test|test\.for\(.*\)|explore|replay)\(/m.test(code))
  expect(unclear.map(({ name }) => name)).toEqual([])
})

test('the snippets and examples pass as they are written, and their types are right', async () => {
  const supervisor = read('examples/supervisor/src/supervisor.ts')
  const files = {
    ...Object.fromEntries(snippets.map((snippet) => [`${snippet.page}/supervisor.ts`, supervisor])),
    ...Object.fromEntries(snippets.map((snippet) => [snippet.path, moduleOf(snippet)])),
    'src/supervisor.ts': supervisor,
    'test/supervisor.test.ts': read('examples/supervisor/test/supervisor.test.ts'),
    'test/explore.test.ts': read('examples/supervisor/test/explore.test.ts'),
    'test/respawn.test.ts': read('examples/respawn/test/respawn.test.ts'),
    // Its types alone: it needs an agent of its own, with which `npm run demo` runs it.
    'flaky-api/poller.ts': read('examples/flaky-api/src/poller.ts'),
    'flaky-api/test.ts': read('examples/flaky-api/test/poller.test.ts'),
    'ambient.d.ts': AMBIENT,
    'tsconfig.json': JSON.stringify(TSCONFIG),
  }
  // In one process: the files are many and small. A snapshot that is missing fails instead of being written.
  const modules = { respawn: 'respawn', msw: 'msw' }
  const project = labProject({ files, modules, test: { isolate: false } })

  const run = await project.run('--update=none')
  expect([run.code, run.code === 0 ? '' : run.output]).toEqual([0, ''])
  expect(Object.keys(run.tests).length).toBeGreaterThanOrEqual(tests.length)
  expect(await project.survivors()).toMatchObject({ processes: [], directories: [] })

  const tsc = createRequire(import.meta.url).resolve('typescript/package.json')
  const check = spawnSync(process.execPath, [path.join(path.dirname(tsc), 'bin', 'tsc')], {
    cwd: project.root,
    encoding: 'utf8',
  })
  expect(check.stdout).toBe('')
})

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
