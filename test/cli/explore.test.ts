import { readdirSync } from 'node:fs'

import { expect, test } from 'vitest'

import { RESTARTS } from '../explore/support/project.ts'
import { LabProject } from '../lab/project.ts'
import { until } from '../support/until.ts'
import { CommandRun, run } from './support/command-run.ts'

/** A test file of Vitest with one exploration, of a supervisor that forgets its timer when it is stopped, unless it is mended. */
function supervisor(stop: string): string {
  return `
    import { describe, expect, test } from 'vitest'
    import { explore, type fault } from 'vitest-supervise'
    test('something else', () => expect(1).toBe(2))
    describe('a supervisor', () => {
      explore(
        'stops',
        {
          schedules: 600,
          steps: { stop: (one: { stop(): void }) => one.stop() },
          invariants: [{
            name: 'stop is final',
            check({ events }) {
              const stop = events.findIndex((event) => event.kind === 'step')
              if (stop < 0) return undefined
              return events.slice(stop).some((event) => event.kind === 'spawn') ? 'it starts after a stop' : undefined
            },
          }],
        },
        ({ agents, spawn, timers }) => {
          let [stopped, timer] = [false, undefined as NodeJS.Timeout | undefined]
          const { file, args, env } = agents['agent']!
          const start = () => {
            const child = spawn(file, args, { env, stdio: 'ignore' })
            let over = false
            const again = () => {
              if (!over && !stopped) timer = timers.setTimeout(start, 1000)
              over = true
            }
            child.on('exit', again).on('error', again)
          }
          start()
          return { stop() { stopped = true; ${stop} } }
        },
      )
    })`
}

const FORGETFUL = supervisor('')
const MENDED = supervisor('timers.clearTimeout(timer)')

test('what is found is printed and kept, and plays again until it is mended', async () => {
  await using project = new LabProject({ files: { 'test/forgetful.test.ts': FORGETFUL } })
  const found = await run(project, 'explore', 'test/*.test.ts')
  expect(found.out.replace(/\d+ schedules.*seed/, '… seed').replace(/left of.*:/, 'left of …:'))
    .toMatchInlineSnapshot(`
    "found  a supervisor > stops  (test/forgetful.test.ts: … seed 1)
           "stop is final" is broken: it starts after a stop
           by these 2, left of …:
             attempt 1: exit(1) at ready
             at 1000 ms: stop
    "
  `)
  expect(found.code).toBe(1)
  const [name = ''] = readdirSync(project.path('test/__failures__'))
  const file = `test/__failures__/${name}`
  expect(found.err).toContain(`npx vitest-supervise explore --replay ${file}\n`)
  expect(await run(project, 'explore', '--replay', file)).toMatchObject({
    code: 1,
    out: expect.stringMatching(
      /^It still breaks "stop is final" .*, with real processes\.\nThe timeline is the one/,
    ),
  })
  project.write('test/forgetful.test.ts', MENDED)
  expect(await run(project, 'explore', '--replay', file)).toMatchObject({
    code: 0,
    out: expect.stringContaining('It no longer fails'),
  })
  expect(await run(project, 'explore', 'test/forgetful.test.ts')).toMatchObject({ code: 0 })
  expect(await project.survivors()).toMatchObject({ processes: [], directories: [] })
})

test('what cannot be kept is told all the same', async () => {
  await using project = new LabProject({ files: { 'test/forgetful.test.ts': FORGETFUL, occupied: '' } })
  const found = await run(project, 'explore', 'test/*.test.ts', '--failures', 'occupied/here')
  expect(found).toMatchObject({ code: 1, out: expect.stringContaining('"stop is final" is broken') })
  expect(found.err).toMatch(
    /"a supervisor > stops" could not be kept in occupied\/here \(E\w+\)\. .* as a test/,
  )
  expect(found.err).toContain(".replay({\n    breaks: 'stop is final',")
})

test('files of a glob that declare no exploration are passed over', async () => {
  await using project = new LabProject({
    files: {
      'test/restarts.js': RESTARTS,
      'test/other.js': `import { test } from 'vitest'\ntest('x', () => {})`,
    },
  })
  const { code, out } = await run(project, 'explore', 'test/*.js', '--grep', 'holds', '--schedules', '250')
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^holds .*\(test\/restarts\.js: /) })
})

test('what fails in the simulation only is no success', async () => {
  const source =
    `import { explore } from 'vitest-supervise'\nlet plays = 0\n` +
    `const first = { name: 'first', check: () => (plays === 1 ? 'it is the first play' : undefined) }\n` +
    `explore('x', { invariants: [first], within: 1000 }, () => void (plays += 1))`
  const failure = JSON.stringify({ breaks: 'first', schedule: [], file: 'x.js' })
  await using project = new LabProject({ files: { 'x.js': source, 'found.json': failure } })
  expect(await run(project, 'explore', '--replay', 'found.json')).toMatchObject({
    code: 1,
    out: expect.stringContaining('in the simulation, and not with real processes.'),
  })
})

test('the reports of all parts merge into that of the whole', async () => {
  await using project = new LabProject({ files: { 'restarts.js': RESTARTS } })
  const report = async (name: string, ...args: string[]): Promise<string> => {
    await run(project, 'explore', 'restarts.js', '--report', name, ...args)
    return name
  }
  const parts = await Promise.all(
    ['1/3', '2/3', '3/3'].map((shard, at) => report(`${at}.json`, '--shard', shard)),
  )
  await report('whole.json')
  expect(await run(project, 'explore', '--report', 'merged.json', '--merge', ...parts)).toMatchObject({
    code: 1,
    err: '',
  })
  expect(project.read('merged.json')).toBe(project.read('whole.json'))
  expect(await run(project, 'explore', '--merge', '0.json', '2.json')).toEqual({
    code: 2,
    out: '',
    err: 'ERR_EXPLORE_REPORT: Of 3 parts, 2 is missing. Give all.\n',
  })
})

test('options say which explorations are played, how many schedules of them, and by which seed', async () => {
  await using project = new LabProject({ files: { 'restarts.js': RESTARTS } })
  const args = ['--grep', '^holds$', '--schedules', '300', '--seed', '7', '--workers', '0', '--json']
  const { code, out, err } = await run(project, 'explore', 'restarts.js', ...args)
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    shard: null,
    explorations: [
      { file: 'restarts.js', name: 'holds', seed: 7, schedules: 300, played: 300, islands: 2, find: null },
    ],
  })
  expect(err).toMatch(/^holds: 300 of 300 schedules, [\d,]+\/s, \d+ transitions, 2 islands\n$/)
})

test('the variables of a CI system say which part is played, and that is told', async () => {
  await using project = new LabProject({ files: { 'restarts.js': RESTARTS } })
  const environment = { BUILDKITE_PARALLEL_JOB: '1', BUILDKITE_PARALLEL_JOB_COUNT: '5', CI: 'true' }
  const { out, err } = await new CommandRun(
    project,
    ['explore', 'restarts.js', '--grep', 'holds', '--json'],
    environment,
  ).ended
  expect(JSON.parse(out)).toMatchObject({
    shard: { index: 2, count: 5 },
    explorations: [{ played: 250, islands: 1 }],
  })
  expect(err).toMatch(
    /^Part 2 of 5 \(Buildkite, by BUILDKITE_PARALLEL_JOB and BUILDKITE_PARALLEL_JOB_COUNT; --shard 1\/1 plays/,
  )
})

test('who interrupts it has nothing left', async () => {
  await using project = new LabProject({
    files: {
      'endless.js':
        `import fs from 'node:fs'\nimport { explore } from 'vitest-supervise'\n` +
        `const loop = () => { fs.writeFileSync('playing', ''); for (;;); }\n` +
        `explore('x', { schedules: 1e6, steps: { loop }, invariants: [] }, () => {})`,
    },
  })
  const { process, ended } = new CommandRun(project, ['explore', 'endless.js'])
  await until('it plays', () => project.read('playing') !== undefined)
  process.kill('SIGINT')
  expect(await ended).toMatchObject({ code: 130, out: '' })
  expect(await project.survivors()).toMatchObject({ processes: [], directories: [] })
})
