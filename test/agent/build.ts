import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll } from 'vitest'

import { compile } from '../lab/compile.ts'

/** Compiles a program of this repository, named from its root, to an executable, gone when the test file is done. */
export function buildProgram(entry: string, name = 'program.cjs'): string {
  const directory = mkdtempSync(join(tmpdir(), 'agent-test-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  return compile(entry, join(directory, name))
}
