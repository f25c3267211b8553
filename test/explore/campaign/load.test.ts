import { expect, test } from 'vitest'

import { ExploreProject, load, loaded } from '../support/project.ts'

const X = `explore('x', { invariants: [] }, () => {})`

test('explorations are known by the groups that they are in; tests are not run', async () => {
  const source = new ExploreProject().write(
    'groups.test.ts',
    `import { beforeAll, describe, expect, it, test, vi } from 'vitest'
     import { explore, fault } from 'vitest-supervise'
     const hidden: number = vi.hoisted(() => 1)
     beforeAll(() => { throw new Error('no') })
     test.each([1])('a %i', () => { throw new Error('no') })
     const extended = it.extend<{ a: number }>({ a: 1 })
     extended('b', ({ a }) => expect(a).toBe(hidden))
     describe('outer', () => {
       describe.each([['one', 1], ['two', 2]])('%s', (name, seed) => {
         explore('inner', { seed, faults: [fault.exit(seed)], invariants: [] }, () => {})
       })
       describe.skip('skipped', () => explore('inner', { invariants: [] }, () => {}))
     })
     describe('later', async () => explore('x', { invariants: [] }, () => {}))`,
  )
  const { explorations } = await load(source)
  expect([...explorations].map(([name, { seed }]) => [name, seed])).toEqual([
    ['outer > one > inner', 1],
    ['outer > two > inner', 2],
    ['later > x', 1],
  ])
})

test('two explorations of one name are an error', async () => {
  const source = new ExploreProject().write(
    'twice.mjs',
    `import { explore } from 'vitest-supervise'\n${X}\n${X}`,
  )
  await expect(load(source)).rejects.toMatchObject({
    code: 'ERR_EXPLORE_LOAD',
    message: expect.stringContaining('Two explorations are called "x"'),
  })
})

test('modules of the user are compiled, know their own place, and find packages from there', async () => {
  const project = new ExploreProject()
  project.write('tsconfig.json', '{ "compilerOptions": { "paths": { "@own/*": ["./own/*"] } } }')
  project.write(
    'node_modules/outer/package.json',
    '{ "exports": { "module": "./m.js", "import": "./i.js" }, "type": "module" }',
  )
  project.write(
    'node_modules/outer/i.js',
    `export const name = 'outer ' + import.meta.url.split('/').slice(-2).join('/')`,
  )
  project.write(
    'own/node_modules/inner/index.js',
    `exports.name = 'inner ' + require('node:path').basename(__dirname)`,
  )
  project.write(
    'own/part.ts',
    `import { name } from 'inner'\nexport const part: string = name + ' ' + import.meta.url.split('/').slice(-2).join('/')`,
  )
  project.write('own/old.cjs', `module.exports = { dir: __dirname, inner: require('inner').name }`)
  const source = project.write(
    'places.ts',
    `import { name } from 'outer'
     import { part } from '@own/part'
     import old from './own/old.cjs'
     import { explore } from 'vitest-supervise'
     import { fileURLToPath } from 'node:url'
     const value = await Promise.resolve([name, part, old.inner, old.dir, fileURLToPath(import.meta.url)])
     explore(value.join('; '), { invariants: [] }, () => {})`,
  )
  const { explorations } = await load(source)
  expect([...explorations.keys()]).toEqual([
    `outer outer/i.js; inner inner own/part.ts; inner inner; ${project.path('own')}; ${source}`,
  ])
})

test('a file is compiled again when a file that it imports has changed', async () => {
  const project = new ExploreProject()
  const source = project.write(
    'changes.mjs',
    `import { name } from './name.mjs'\nimport { explore } from 'vitest-supervise'\n${X.replace("'x'", 'name')}`,
  )
  for (const name of ['before', 'after']) {
    project.write('name.mjs', `export const name = '${name}'`)
    expect((await loaded(source, name)).name).toBe(name)
  }
})

test.each([
  ['is not there', undefined, 'There is no such file.'],
  ['does not compile', 'const = 1', 'Expected identifier but found "=" (broken.ts, line 1).'],
  ['imports what is not there', `import 'not-there'`, 'Could not resolve "not-there" (broken.ts, line 1).'],
  ['throws', `throw new Error('on purpose')`, 'on purpose'],
])('a file that %s cannot be loaded, and the error says why', async (_, text, why) => {
  const project = new ExploreProject()
  const source = text === undefined ? project.path('broken.ts') : project.write('broken.ts', text)
  await expect(load(source)).rejects.toMatchObject({
    code: 'ERR_EXPLORE_LOAD',
    message: expect.stringMatching(
      new RegExp(`broken\\.ts cannot be loaded .*${why.replaceAll(/[()."]/g, '.')}`),
    ),
  })
})
