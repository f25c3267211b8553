import fs from 'node:fs'
import { expect, test } from 'vitest'

import { agentInputs } from '../../src/build/build-agent.ts'
import { Project, run } from './project.ts'

const C = {
  'src/agent.c': `#include <stdio.h>\n#include "text.h"\nint main(void) { puts(TEXT); return 0; }\n`,
  'src/text.h': `#define TEXT "one"\n`,
}
const CC = { command: ['cc', '-o', '{out}', 'src/agent.c'], inputs: ['src/**/*.[ch]'] }

test('a command builds a C program, and builds it again when an input changes, and only then', async () => {
  using project = new Project(C)
  const first = await project.build(CC)
  expect(await run(first)).toBe('one')
  const { ino, mtimeNs } = fs.statSync(first, { bigint: true })
  project.write('src/notes.txt', 'not an input')
  expect(await project.build(CC)).toBe(first)
  const again = fs.statSync(first, { bigint: true })
  expect([again.ino, again.mtimeNs]).toEqual([ino, mtimeNs])
  project.write('src/text.h', `#define TEXT "two"\n`)
  expect(await project.output(CC)).toBe('two')
  expect(project.leftovers()).toEqual([])
})

test('a new input file, in a new directory too, makes the command run again', async () => {
  const list = {
    command: ['sh', '-c', '(echo "#!/bin/sh"; echo "echo" $(find src -name "*.x" | sort)) > "{out}"'],
    inputs: ['src/**/*.x'],
  }
  using project = new Project({ 'src/a.x': '' })
  expect(await project.output(list)).toBe('src/a.x')
  project.write('src/new/deep/b.x', '')
  expect(await project.output(list)).toBe('src/a.x src/new/deep/b.x')
  project.write('src/new/deep/c.x', '')
  expect(await project.output(list)).toBe('src/a.x src/new/deep/b.x src/new/deep/c.x')
  fs.rmSync(project.path('src/new/deep/c.x'))
  fs.rmSync(project.path('src/a.x'))
  expect(await project.output(list)).toBe('src/new/deep/b.x')
})

test('{out} is replaced inside an argument and each time it occurs', async () => {
  using project = new Project({ 'a.x': '' })
  const command = [
    'sh',
    '-c',
    'printf "#!/bin/sh\\necho done\\n" > "$1" && test "$2" = "--out=$1:$1"',
    'sh',
    '{out}',
    '--out={out}:{out}',
  ]
  expect(await project.output({ command, inputs: ['*.x'] })).toBe('done')
})

test("a command's cwd is where its arguments and inputs are", async () => {
  using project = new Project(
    Object.fromEntries(Object.entries(C).map(([name, text]) => [`sub/${name}`, text])),
  )
  expect(await project.output({ ...CC, cwd: './sub' })).toBe('one')
})

test('a command that fails shows the end of its output and its code', async () => {
  using project = new Project({ ...C, 'src/agent.c': 'int main(void) { return nothing; }\n' })
  await expect(project.build(CC)).rejects.toMatchObject({
    code: 'ERR_BUILD_FAILED',
    exitCode: 1,
    message: expect.stringMatching(/exited with code 1: cc -o[^]*src\/agent\.c:1:25: error/) as string,
  })
  expect(project.leftovers()).toEqual([])
})

test('callers at the same moment share a failure too', async () => {
  using project = new Project(C)
  const entry = { ...CC, command: ['sh', '-c', 'printf x >> count; exit 1; {out}'] }
  await Promise.allSettled(Array.from({ length: 5 }, () => project.build(entry)))
  expect(fs.readFileSync(project.path('count'), 'utf8')).toBe('x')
})

test('a command that is not installed is named', async () => {
  using project = new Project(C)
  const command = ['no-such-compiler', '{out}']
  await expect(project.build({ ...CC, command })).rejects.toMatchObject({
    code: 'ERR_BUILD_FAILED',
    message: expect.stringContaining('was not found: install the program') as string,
  })
})

test('a command killed by a signal says so', async () => {
  using project = new Project(C)
  await expect(project.build({ ...CC, command: ['sh', '-c', 'kill -9 $$; {out}'] })).rejects.toThrow(
    'was killed by SIGKILL',
  )
})

test.each([
  ['writes nothing', 'true', 'wrote nothing'],
  ['makes a directory', 'mkdir', 'made a directory'],
  ['writes an empty file', 'touch', 'wrote an empty file'],
])('a command that succeeds but %s is an error', async (_, program, says) => {
  using project = new Project(C)
  await expect(project.build({ ...CC, command: [program, '{out}'] })).rejects.toMatchObject({
    code: 'ERR_BUILD_NO_OUTPUT',
    message: expect.stringContaining(says) as string,
  })
  expect(project.leftovers()).toEqual([])
})

test('what a command leaves running in the background keeps nobody waiting', async () => {
  using project = new Project(C)
  const command = ['sh', '-c', 'sleep 30 & echo $! > pid; cc -o "{out}" src/agent.c']
  const startedAt = performance.now()
  await project.build({ ...CC, command })
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  process.kill(Number(fs.readFileSync(project.path('pid'), 'utf8')), 'SIGKILL')
})

test('a command is killed with all it started when nobody waits for it any more', async () => {
  using project = new Project(C)
  const controller = new AbortController()
  const command = ['sh', '-c', 'sleep 600 & echo $! > pid.tmp; mv pid.tmp pid; wait; {out}']
  const build = project.build({ ...CC, command }, { signal: controller.signal })
  build.catch(() => undefined)
  await appears(project.path('pid'))
  controller.abort(new Error('enough'))
  await expect(build).rejects.toThrow('enough')
  await dies(Number(fs.readFileSync(project.path('pid'), 'utf8')))
})

test('the files to watch are the inputs', async () => {
  using project = new Project({ ...C, 'src/other.txt': '', 'node_modules/x/y.c': '' })
  const entry = { ...CC, inputs: ['**/*.c', 'src/*.h'] }
  expect(await agentInputs({ entry, cwd: project.root })).toEqual([
    project.path('src/agent.c'),
    project.path('src/text.h'),
  ])
})

async function appears(file: string): Promise<void> {
  const deadline = performance.now() + 4000
  while (!fs.existsSync(file) && performance.now() < deadline) await turn()
}

async function dies(pid: number): Promise<void> {
  const deadline = performance.now() + 4000
  while (performance.now() < deadline) {
    try {
      process.kill(pid, 0)
      // A zombie whose new parent is slow to reap it is dead too.
      if (/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))) return
    } catch {
      return
    }
    await turn()
  }
  process.kill(pid, 'SIGKILL')
  throw new Error(`process ${pid} is still alive`)
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
