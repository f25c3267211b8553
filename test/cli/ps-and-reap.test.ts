import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'

import { expect, onTestFinished, test } from 'vitest'

import { labProject } from '../lab/in-test.ts'
import type { LabProject } from '../lab/project.ts'
import { alive } from '../support/alive.ts'
import { ENDLESS, endlessRun, killWithReaper } from './support/dead-run.ts'
import { run } from './support/command-run.ts'

interface Listed {
  readonly runs: {
    readonly id: string
    readonly kept: readonly string[]
    readonly state: string
    readonly main: number | null
    readonly directory: string
    readonly removed?: boolean
    readonly processes: { pid: number; kind: string; agent: string | null; reachable: boolean }[]
    readonly killed?: { pid: number }[]
    readonly left?: { pid: number }[]
  }[]
}

function listed(text: string): Listed['runs'] {
  return (JSON.parse(text) as Listed).runs
}

test('where no run has been, ps shows nothing, and reap does nothing', async () => {
  const project = labProject({ files: {} })
  const nothing = { temporary: project.temporary, runs: [] }
  const [ps, reap, words] = await Promise.all([
    run(project, 'ps', '--json'),
    run(project, 'reap', '--json'),
    run(project, 'ps'),
  ])
  expect([ps.code, ps.err, reap.code, reap.err]).toEqual([0, '', 0, ''])
  expect(JSON.parse(ps.out)).toMatchObject(nothing)
  expect(JSON.parse(reap.out)).toMatchObject({ ...nothing, dryRun: false })
  expect(words.out).toContain(`No run has anything in ${project.temporary}.\n`)
})

test('a run that lives is shown with its processes and left alone, until --all ends it', async () => {
  const project = labProject({ files: { 'endless.test.ts': ENDLESS } })
  const vitest = await endlessRun(project)
  const [ps, reap] = [await run(project, 'ps', '--json'), await run(project, 'reap')]
  expect([ps.code, reap.code]).toEqual([0, 0])
  const [one] = listed(ps.out)
  expect(one).toMatchObject({ state: 'alive', main: vitest.pid })
  expect(one?.processes.map(({ kind, agent }) => [kind, agent])).toEqual(
    expect.arrayContaining([
      ['main', null],
      ['reaper', null],
      ['worker', null],
      ['agent', 'worker'],
      ['process', 'worker'],
    ]),
  )
  expect(alive(vitest.pid)).toBe(true)

  const all = await run(project, 'reap', '--all', '--json')
  expect([all.code, all.err]).toEqual([0, ''])
  expect(listed(all.out)).toMatchObject([{ id: one?.id, left: [], removed: true }])
  await vitest.ended
  expect(await project.survivors()).toMatchObject({ processes: [], directories: [] })
})

test('what a run left that was killed with its reaper is shown by ps, and ended by reap', async () => {
  const project = labProject({ files: { 'endless.test.ts': ENDLESS } })
  await killWithReaper(project, await endlessRun(project))
  const ps = await run(project, 'ps', '--json')
  expect([ps.code, ps.err]).toEqual([1, ''])
  const [one] = listed(ps.out)
  expect(one).toMatchObject({ state: 'dead' })
  const pids = one?.processes.map(({ pid }) => pid) ?? []
  expect(pids.length).toBeGreaterThanOrEqual(2)
  expect(pids.every(alive)).toBe(true)

  const dry = await run(project, 'reap', '--dry-run')
  expect(dry.code).toBe(1)
  for (const pid of pids) expect(dry.out).toContain(`${pid}`)
  expect(pids.every(alive)).toBe(true)

  const reap = await run(project, 'reap', '--json')
  expect([reap.code, reap.err]).toEqual([0, ''])
  const [reaped] = listed(reap.out)
  expect(reaped).toMatchObject({ id: one?.id, left: [], removed: true })
  expect(new Set(reaped?.killed?.map(({ pid }) => pid))).toEqual(new Set(pids))
  expect(pids.filter(alive)).toEqual([])
  expect(await project.survivors()).toMatchObject({ processes: [], directories: [] })
  expect(await run(project, 'ps')).toMatchObject({ code: 0 })
})

test('processes are found whose run directory somebody has removed', async () => {
  const project = labProject({ files: {} })
  const child = await sleeper(project, 'vs-0123abcd')
  const [one] = listed((await run(project, 'ps', '--json')).out)
  expect(one).toMatchObject({
    id: 'vs-0123abcd',
    state: 'dead',
    processes: [{ pid: child, kind: 'process' }],
  })
  expect(await run(project, 'reap')).toMatchObject({ code: 0 })
  expect(alive(child)).toBe(false)
})

test('what is kept of failed tests stays, and so does who has the pid of a dead main process', async () => {
  const project = labProject({ files: {} })
  const mark = 'vs-4567cdef'
  const innocent = await sleeper(project, 'another')
  const child = await sleeper(project, mark)
  const record = {
    mark,
    owner: { pid: innocent, startTime: '1' },
    namespace: process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : '',
  }
  project.write(`t/${mark}/run.json`, JSON.stringify({ ...record, kept: ['x'] }))
  const ps = await run(project, 'ps')
  expect(ps.code).toBe(1)
  expect(ps.out).toContain('over, but for processes')
  expect(await run(project, 'reap')).toMatchObject({ code: 0 })
  expect([alive(child), alive(innocent)]).toEqual([false, true])
  expect(project.read(`t/${mark}/run.json`)).toBeDefined()
  expect(await run(project, 'ps')).toMatchObject({ code: 0 })

  project.write(`t/${mark}/run.json`, JSON.stringify(record))
  expect(await run(project, 'reap')).toMatchObject({ code: 0 })
  expect(project.read(`t/${mark}/run.json`)).toBeUndefined()
  expect(alive(innocent)).toBe(true)
})

test('of a damaged list of what is kept ps tells what can be read, and reap lets it stay', async () => {
  const project = labProject({ files: {} })
  const lists = { 'vs-0000000a': 7, 'vs-0000000b': { a: 1 }, 'vs-0000000c': 'x', 'vs-0000000d': ['x', 7] }
  for (const [mark, kept] of Object.entries(lists)) {
    const record = { mark, owner: { pid: 1, startTime: '1' }, namespace: '', kept }
    project.write(`t/${mark}/run.json`, JSON.stringify(record))
  }
  const [json, words, reap] = [
    await run(project, 'ps', '--json'),
    await run(project, 'ps'),
    await run(project, 'reap'),
  ]
  expect([json.code, words.code, reap.code]).toEqual([0, 0, 0])
  expect(listed(json.out).map(({ state, kept }) => [state, kept])).toEqual([
    ['kept', []],
    ['kept', []],
    ['kept', []],
    ['kept', ['x']],
  ])
  expect(words.out.match(/keeps .*/g)).toEqual(['keeps 1 of failed tests'])
  for (const mark of Object.keys(lists)) expect(project.read(`t/${mark}/run.json`)).toBeDefined()
})

/** A process that says that it belongs to this run of the project. */
async function sleeper(project: LabProject, mark: string): Promise<number> {
  const runtimeDir = project.path('t', mark, 'abcdef', 'ghijkl')
  const env = { ...process.env, SUPERVISE_MARK: `${mark}.w.1`, SUPERVISE_RUNTIME_DIR: runtimeDir }
  const child = spawn('sleep', ['86400'], { env, detached: true, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child.pid ?? 0
}
