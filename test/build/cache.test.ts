import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'

import { cachePlace, privateToUs } from '../../src/build/cache-place.ts'
import { Project, bundleProgram, run, runProgram } from './project.ts'

const AGENT = {
  'agent.ts': `import { x } from './x.ts'\nconsole.log(x)`,
  'x.ts': `export const x: string = 'hello'`,
}

function programFor(project: Project, then: string): string {
  const options = JSON.stringify({ entry: './agent.ts', cwd: project.root, cacheDir: project.cacheDir })
  return `import { buildAgentForTest } from '../../src/build/build-agent.ts'\nconst options = ${options}\n${then}`
}

test('twenty processes at once all get one and the same executable', async () => {
  using project = new Project(AGENT)
  const program = programFor(project, `process.stdout.write(await buildAgentForTest(options))`)
  const results = await runProgram(project, program, 20)
  expect(results.map(({ stderr, code }) => ({ stderr, code }))).toEqual(
    Array.from({ length: 20 }, () => ({ stderr: '', code: 0 })),
  )
  expect(new Set(results.map(({ stdout }) => stdout)).size).toBe(1)
  expect(await run(results[0]?.stdout ?? '')).toBe('hello')
  expect(project.outputs()).toHaveLength(1)
  expect(project.leftovers()).toEqual([])
})

test('a process killed while it holds the lock blocks nobody', async () => {
  using project = new Project(AGENT)
  const file = await project.build()
  const lock = path.join(path.dirname(file), 'lock')
  project.write('x.ts', `export const x: string = 'again'`)
  const holder = await bundleProgram(
    project,
    `import { lockOr } from '../../src/build/lock.ts'
     await lockOr(${JSON.stringify(lock)}, () => undefined, { limit: 1000, signal: new AbortController().signal })
     process.stdout.write('held')
     setInterval(() => {}, 1000)`,
  )
  const child = spawn(process.execPath, [holder], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(fs.existsSync(lock)).toBe(true)
  const startedAt = performance.now()
  expect(await project.output()).toBe('again')
  expect(performance.now() - startedAt).toBeLessThan(5000)
  expect(project.leftovers()).toEqual([])
})

test('no esbuild process is left after a build, nor a handle that keeps the process alive', async () => {
  using project = new Project(AGENT)
  const program = programFor(
    project,
    `import fs from 'node:fs'
     await Promise.all([buildAgentForTest(options), buildAgentForTest({ ...options, entry: './x.ts' })])
     const children = () => fs.readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim()
     const deadline = performance.now() + 3000
     while (children() !== '' && performance.now() < deadline) await new Promise(setImmediate)
     process.stdout.write(children() === '' ? 'alone' : 'not alone')
     if (children() !== '') process.exit(1)`,
  )
  expect(await runProgram(project, program)).toEqual([{ stdout: 'alone', stderr: '', code: 0 }])
})

test('an unchanged agent is there without esbuild, execa and tinyglobby', async () => {
  using project = new Project(AGENT)
  // Before the build: a new name beside the agent is looked into.
  fs.mkdirSync(project.path('program'))
  const file = await project.build()
  const { version } = createRequire(import.meta.url)('esbuild/package.json') as { version: string }
  // All there is of the dependencies is what tells the version.
  project.write('program/node_modules/esbuild/package.json', JSON.stringify({ version }))
  const program = programFor(project, `process.stdout.write(await buildAgentForTest(options))`)
  expect(await runProgram(project, program)).toEqual([{ stdout: file, stderr: '', code: 0 }])
  project.write('x.ts', `export const x: string = 'again'`)
  expect(await runProgram(project, program)).toMatchObject([{ code: 1 }])
})

test('a source that changes while it is being compiled is compiled again', async () => {
  using project = new Project({ 'in.txt': '1' })
  // The first run changes its own input, after it has read it.
  const command = [
    'sh',
    '-c',
    'printf "#!/bin/sh\\necho %s\\n" "$(cat in.txt)" > "{out}"; grep -q 2 in.txt || printf 2 > in.txt',
  ]
  const entry = { command, inputs: ['in.txt'] }
  expect(await project.output(entry)).toBe('2')
})

test('an input that every build changes still gives an executable', async () => {
  using project = new Project({ 'in.txt': 'x' })
  const command = ['sh', '-c', 'printf x >> in.txt; printf "#!/bin/sh\\necho ok\\n" > "{out}"']
  expect(await project.output({ command, inputs: ['in.txt'] })).toBe('ok')
  expect(fs.readFileSync(project.path('in.txt'), 'utf8')).toBe('xxxx')
  // What it was made from is not known, so the next caller gets a new one.
  await project.build({ command, inputs: ['in.txt'] })
  expect(fs.readFileSync(project.path('in.txt'), 'utf8').length).toBeGreaterThan(4)
})

test('the cache is in the nearest node_modules, else in a private place', () => {
  using project = new Project({ 'node_modules/x/package.json': '{}', 'a/b/c.ts': '' })
  expect(cachePlace({ cwd: project.path('a/b') })).toBe(project.path('node_modules/.cache/vitest-supervise'))
  using bare = new Project({ 'a.ts': '' })
  const place = cachePlace({ cwd: bare.root })
  expect(path.dirname(place)).toBe(os.tmpdir())
  expect(fs.statSync(place).mode & 0o777).toBe(0o700)
})

test('a place that cannot be written to is passed over', async () => {
  using project = new Project({ ...AGENT, 'node_modules/.cache': 'a file', file: '' })
  expect(path.dirname(cachePlace({ cwd: project.root }))).toBe(os.tmpdir())
  expect(path.dirname(cachePlace({ cwd: project.root, cacheDir: 'file/under' }))).toBe(os.tmpdir())
  const file = await project.build('./agent.ts', { cacheDir: project.path('file/under') })
  expect(await run(file)).toBe('hello')
  fs.rmSync(path.dirname(file), { recursive: true })
})

test('without any place to write to the build says where it looked and what to do', async () => {
  using project = new Project({ ...AGENT, 'node_modules/.cache': 'a file', file: '' })
  const options = JSON.stringify({ entry: './agent.ts', cwd: project.root })
  const tmp = project.path('file', 'tmp')
  const [result] = await runProgram(
    project,
    `import { buildAgentForTest } from '../../src/build/build-agent.ts'
    process.env.TMPDIR = process.env.TEMP = ${JSON.stringify(tmp)}
    const error = await buildAgentForTest(${options}).catch((error) => error)
    console.log(JSON.stringify({ ...error, message: error.message, cause: error.cause.code }))`,
  )
  const error = JSON.parse(result?.stdout ?? '') as { message: string }
  expect(error).toMatchObject({ code: 'ERR_RUNTIME_DIR', parent: tmp, cause: 'ENOTDIR' })
  expect(error.message).toContain(`No directory can be made in ${tmp} (ENOTDIR)`)
  expect(error.message).toContain('set TMPDIR to a directory that exists and is yours')
})

test('a private place is a real directory of ours that nobody else may write to', () => {
  using project = new Project({ file: '' })
  expect(privateToUs(project.path('made'))).toBe(true)
  expect(fs.statSync(project.path('made')).mode & 0o777).toBe(0o700)
  expect(privateToUs(project.path('made'))).toBe(true)
  fs.symlinkSync(project.path('made'), project.path('link'))
  expect(privateToUs(project.path('link'))).toBe(false)
  fs.chmodSync(project.path('made'), 0o770)
  expect(privateToUs(project.path('made'))).toBe(false)
  expect(privateToUs(project.path('file'))).toBe(false)
})

test('what nobody has used for 14 days is removed, what others keep there is not', async () => {
  using project = new Project(AGENT)
  const old = new Date(Date.now() - 15 * 24 * 3600 * 1000)
  const first = await project.build()
  const unused = await project.build('./x.ts')
  project.write('the cache/somebody/else.txt', '')
  for (const file of [first, path.dirname(unused), project.path('the cache/somebody')])
    fs.utimesSync(file, old, old)
  project.write('x.ts', `export const x: string = 'new'`)
  const second = await project.build()
  expect(
    [first, unused, second, project.path('the cache/somebody')].map((file) => fs.existsSync(file)),
  ).toEqual([false, false, true, true])
})

test('using an agent keeps it from being removed', async () => {
  using project = new Project(AGENT)
  const file = await project.build()
  const old = new Date(Date.now() - 15 * 24 * 3600 * 1000)
  fs.utimesSync(path.dirname(file), old, old)
  await project.build()
  await project.build('./x.ts')
  expect(fs.existsSync(file)).toBe(true)
})
