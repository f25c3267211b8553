import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

import { agentInputs } from '../../src/build/build-agent.ts'
import { packageRoot } from '../../src/package-root.ts'
import { buildAgentForTest } from '../../src/build/build-agent.ts'
import { Project, run } from './project.ts'

const FOUR = {
  'agent.ts': `import { a } from './a.ts'\nimport { b } from './lib/b'\nconst text: string = a + b\nconsole.log(text)`,
  'a.ts': `import { c } from './lib/c.ts'\nexport const a: string = 'a' + c`,
  'lib/b.ts': `export const b = 'b' as const`,
  'lib/c.ts': `export const c: string = 'c'`,
}

test('a TypeScript entry and the files it imports become one executable that runs by its path', async () => {
  using project = new Project(FOUR)
  const file = await project.build()
  expect(path.isAbsolute(file)).toBe(true)
  expect(fs.statSync(file).mode & 0o777).toBe(0o755)
  expect(await run(file)).toBe('acb')
  expect(project.leftovers()).toEqual([])
})

test.each(['agent.ts', 'a.ts', 'lib/b.ts', 'lib/c.ts'] as const)(
  'a change of %s that leaves its size and its time of modification alone is noticed',
  async (name) => {
    using project = new Project(FOUR)
    const before = await project.build()
    const { atime, mtime, size } = fs.statSync(project.path(name))
    project.write(
      name,
      FOUR[name]
        .replace(/'(a|b|c)'(?!.*')|text\)/, (found) => (found === 'text)' ? 'tex2)' : "'X'"))
        .replace('const text', 'const tex2'),
    )
    fs.utimesSync(project.path(name), atime, mtime)
    expect(fs.statSync(project.path(name)).size).toBe(size)
    const after = await project.build()
    expect(after).not.toBe(before)
  },
)

test('a source that did not change is not built again', async () => {
  using project = new Project(FOUR)
  const first = await project.build()
  const before = fs.statSync(first, { bigint: true })
  expect(await project.build()).toBe(first)
  const after = fs.statSync(first, { bigint: true })
  expect([after.ino, after.mtimeNs, after.ctimeNs]).toEqual([before.ino, before.mtimeNs, before.ctimeNs])
})

test('touching a source, or adding a file whose name matters to no import, leaves the output alone', async () => {
  using project = new Project(FOUR)
  const first = await project.build()
  const { ino, mtimeNs } = fs.statSync(first, { bigint: true })
  const now = new Date(Date.now() + 5000)
  fs.utimesSync(project.path('a.ts'), now, now)
  project.write('.swap', '')
  expect(await project.build()).toBe(first)
  const after = fs.statSync(first, { bigint: true })
  expect([after.ino, after.mtimeNs]).toEqual([ino, mtimeNs])
})

test('a change that makes no difference to the output leaves the file alone, which may be running', async () => {
  using project = new Project(FOUR)
  const first = await project.build()
  // Held open, its inode cannot be given to another file.
  const held = fs.openSync(first, 'r')
  project.write('a.ts', `${FOUR['a.ts']} // and a comment`)
  expect(await project.build()).toBe(first)
  expect(fs.statSync(first).ino).toBe(fs.fstatSync(held).ino)
  fs.closeSync(held)
})

test('calls at the same moment share one build', async () => {
  using project = new Project(FOUR)
  const files = await Promise.all(Array.from({ length: 10 }, () => project.build()))
  expect(new Set(files).size).toBe(1)
  expect(project.outputs()).toHaveLength(1)
})

test('a new file that takes the place of an import is noticed', async () => {
  using project = new Project({
    'agent.ts': `import { x } from '../shadow/x'\nconsole.log(x)`.replace('../shadow', './shadow'),
    'shadow/x/index.ts': `export const x = 'index'`,
  })
  expect(await project.output()).toBe('index')
  project.write('shadow/x.ts', `export const x = 'file'`)
  expect(await project.output()).toBe('file')
})

test('a package that appears nearer than the one in use is noticed', async () => {
  using project = new Project({
    'deep/er/agent.ts': `import x from 'pkg'\nconsole.log(x)`,
    'node_modules/pkg/index.js': `module.exports = 'far'`,
  })
  expect(await project.output('./deep/er/agent.ts')).toBe('far')
  project.write('deep/node_modules/pkg/index.js', `module.exports = 'near'`)
  expect(await project.output('./deep/er/agent.ts')).toBe('near')
})

test('an optional import that was missing is noticed when it appears', async () => {
  using project = new Project({
    'agent.cjs': `let x = 'none'\ntry { x = require('maybe') } catch {}\nconsole.log(x)`,
  })
  expect(await project.output('./agent.cjs')).toBe('none')
  project.write('node_modules/maybe/index.js', `module.exports = 'there'`)
  expect(await project.output('./agent.cjs')).toBe('there')
})

test('a change of tsconfig.json, of what it extends, and a nearer one are noticed', async () => {
  using project = new Project({
    'src/agent.ts': `import { x } from '#x'\nconsole.log(x)`,
    'one.ts': `export const x = 1`,
    'two.ts': `export const x = 2`,
    'three.ts': `export const x = 3`,
    'tsconfig.json': `{ /* base */ "extends": "./base", } // "extends": "./other"`,
    'base.json': `{ "compilerOptions": { "paths": { "#x": ["./one.ts"] } } }`,
  })
  expect(await project.output('./src/agent.ts')).toBe('1')
  project.write('base.json', `{ "compilerOptions": { "paths": { "#x": ["./two.ts"] } } }`)
  expect(await project.output('./src/agent.ts')).toBe('2')
  project.write('src/tsconfig.json', `{ "compilerOptions": { "paths": { "#x": ["../three.ts"] } } }`)
  expect(await project.output('./src/agent.ts')).toBe('3')
})

test('a package.json that governs an import is noticed', async () => {
  using project = new Project({
    'package.json': `{ "imports": { "#x": "./one.js" } }`,
    'agent.ts': `import { x } from '#x'\nconsole.log(x)`,
    'one.js': `export const x = 1`,
    'two.js': `export const x = 2`,
  })
  expect(await project.output()).toBe('1')
  project.write('package.json', `{ "imports": { "#x": "./two.js" } }`)
  expect(await project.output()).toBe('2')
})

test.each([
  ['deleted', (file: string) => fs.rmSync(file)],
  ['cut short', (file: string) => fs.truncateSync(file, 10)],
  ['no longer executable', (file: string) => fs.chmodSync(file, 0o644)],
  ['overwritten', (file: string) => fs.writeFileSync(file, '#!/bin/sh\necho other')],
])('an output that was %s is made again', async (_, damage) => {
  using project = new Project(FOUR)
  const file = await project.build()
  damage(file)
  expect(await project.output()).toBe('acb')
})

test('a manifest that is not one is passed over', async () => {
  using project = new Project(FOUR)
  const manifest = path.join(path.dirname(await project.build()), 'manifest.json')
  for (const content of ['', '{', 'null', '{"output":{},"inputs":[{}]}']) {
    fs.writeFileSync(manifest, content)
    expect(await project.output()).toBe('acb')
  }
})

test('top-level await and import.meta make it an ES module, in which bundled CommonJS works', async () => {
  const dep = {
    'dep.cjs': `const os = require('os')\nmodule.exports = { eol: typeof os.EOL, dir: typeof __dirname, file: typeof __filename }`,
  }
  using awaits = new Project({
    ...dep,
    'agent.ts': `import dep from './dep.cjs'\nconst x = await Promise.resolve('later')\nconsole.log(x, dep.eol, dep.dir, dep.file)`,
  })
  expect(await awaits.output()).toBe('later string string string')
  using meta = new Project({
    ...dep,
    'agent.ts': `import { createRequire } from 'node:module'
      import path from 'node:path'
      import { fileURLToPath } from 'node:url'
      import dep from './dep.cjs'
      const __filename = fileURLToPath(import.meta.url)
      const __dirname = path.dirname(__filename)
      const require = createRequire(import.meta.url)
      console.log(process.argv[1] === __filename, typeof __dirname, typeof require('node:fs').read, dep.dir)`,
  })
  const file = await meta.build()
  expect(path.extname(file)).toBe('.mjs')
  expect(await run(file)).toBe('true string function string')
})

test('CommonJS is what everything else becomes, whatever package.json says', async () => {
  using project = new Project({
    'package.json': `{ "type": "module" }`,
    'agent.mjs': `#!/usr/bin/env node\nimport os from 'node:os'\nconsole.log(typeof os.EOL, typeof require)`,
  })
  const file = await project.build('./agent.mjs')
  expect(path.extname(file)).toBe('.cjs')
  expect(await run(file)).toBe('string function')
})

test('paths with spaces and beyond ASCII work', async () => {
  using project = new Project(
    { "sp ace/é ✓'s/agent one.ts": `console.log(process.argv.slice(2).join())` },
    "ü b'",
  )
  const file = await project.build("./sp ace/é ✓'s/agent one.ts")
  expect(await run(file, ['x y', 'z'])).toBe('x y,z')
})

test('the files to watch are the sources and what configures them', async () => {
  using project = new Project({ ...FOUR, 'tsconfig.json': '{}', 'package.json': '{}', 'unrelated.ts': '' })
  const inputs = await agentInputs({ entry: './agent.ts', cwd: project.root, cacheDir: project.cacheDir })
  const expected = [...Object.keys(FOUR), 'tsconfig.json', 'package.json'].map((name) => project.path(name))
  expect(inputs).toEqual(expected.sort())
})

test('the files to watch are known of an entry that does not compile', async () => {
  using project = new Project({ ...FOUR, 'a.ts': 'export const = 1' })
  const inputs = await agentInputs({ entry: './agent.ts', cwd: project.root, cacheDir: project.cacheDir })
  expect(inputs).toEqual([project.path('a.ts'), project.path('agent.ts')])
})

test('without an entry it is the scripted agent of this package', async () => {
  using project = new Project({})
  const file = await buildAgentForTest({ cacheDir: project.cacheDir })
  expect(path.basename(file)).toMatch(/^main-[0-9a-f]{12}\.cjs$/)
  const inputs = await agentInputs({ cacheDir: project.cacheDir })
  expect(inputs).toContain(path.join(packageRoot(), 'agent', 'main.ts'))
})
