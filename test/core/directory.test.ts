import { chmodSync, existsSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { assertSocketPath, makeDirectory, removeDirectory, SOCKET_PATH_LIMIT } from '../../src/directory.ts'
import { failure } from '../support/agents.ts'
import { Scratch } from '../support/scratch.ts'

test('a directory is fresh, private and short', async () => {
  const { root } = new Scratch()
  const before = process.umask(0o777)
  process.umask(before & 0o022)
  const made = await Promise.all(Array.from({ length: 20 }, () => makeDirectory(root))).finally(() =>
    process.umask(before),
  )
  expect(new Set(made).size).toBe(20)
  for (const dir of made) {
    expect(path.dirname(dir)).toBe(root)
    expect(path.basename(dir)).toMatch(/^[\w-]{6}$/)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
  }
})

test('a directory of a given name is made once', async () => {
  const { root } = new Scratch()
  expect(await makeDirectory(root, 'mine')).toBe(path.join(root, 'mine'))
  expect(await failure(makeDirectory(root, 'mine'))).toMatchObject({ code: 'ERR_RUNTIME_DIR' })
})

test('a parent that is missing, a file or not writable is named with what to do', async () => {
  const scratch = new Scratch()
  const sealed = path.dirname(scratch.write('sealed/file', ''))
  chmodSync(sealed, 0o500)
  const parents = [scratch.path('missing'), scratch.write('file', '')]
  if (process.getuid?.() !== 0) parents.push(sealed)
  for (const parent of parents) {
    const error = await failure(makeDirectory(parent))
    expect(error).toMatchObject({ code: 'ERR_RUNTIME_DIR', parent })
    expect(error.message).toContain(parent)
    expect(error.message).toContain('TMPDIR')
  }
  chmodSync(sealed, 0o700)
  rmSync(sealed, { recursive: true })
})

test('a directory is removed with what nobody may write in', async () => {
  const scratch = new Scratch()
  const sealed = path.dirname(scratch.write('made/deep/sealed/file', ''))
  chmodSync(sealed, 0o500)
  chmodSync(path.dirname(sealed), 0o500)
  await removeDirectory(scratch.path('made'))
  expect(existsSync(scratch.path('made'))).toBe(false)
})

test.skipIf(process.platform === 'win32')('the path of a socket is measured in bytes', () => {
  const longest = `/${'ü'.repeat((SOCKET_PATH_LIMIT - 1) / 2)}`
  expect(() => assertSocketPath(longest)).not.toThrow()
  expect(() => assertSocketPath(`${longest}x`)).toThrow(
    expect.objectContaining({ code: 'ERR_PATH_TOO_LONG', message: expect.stringContaining('TMPDIR') }),
  )
})
