import { expect, test } from 'vitest'

import { withEsbuild } from '../../src/build/esbuild-service.ts'

test('the end of one build does not stop another that is still at work', async () => {
  let letGo = (): void => undefined
  const held = new Promise<void>((resolve) => (letGo = resolve))
  let loading = (): void => undefined
  const isLoading = new Promise<void>((resolve) => (loading = resolve))
  const long = withEsbuild((esbuild) =>
    esbuild.build({
      stdin: { contents: `import 'slow'` },
      bundle: true,
      write: false,
      logLevel: 'silent',
      plugins: [
        {
          name: 'slow',
          setup(build) {
            build.onResolve({ filter: /^slow$/ }, async () => {
              loading()
              await held
              return { path: 'slow', external: true }
            })
          },
        },
      ],
    }),
  )
  await isLoading
  const { code } = await withEsbuild((esbuild) => esbuild.transform('1 + 1'))
  letGo()
  expect(code).toBe('1 + 1;\n')
  expect((await long).errors).toEqual([])
})

test('an esbuild that somebody else in this process uses is left running', async () => {
  const { createRequire } = await import('node:module')
  const shared = createRequire(import.meta.url)('esbuild') as typeof import('esbuild')
  await withEsbuild(async (own) => {
    expect(own).not.toBe(shared)
    await own.transform('1')
  })
  expect(createRequire(import.meta.url)('esbuild')).toBe(shared)
})
