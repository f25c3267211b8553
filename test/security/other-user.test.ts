import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

import { expect, test } from 'vitest'

import { makeRunDirectory } from '../../src/reap/run-directory.ts'
import { sweep } from '../../src/reap/sweep.ts'
import { failure } from '../support/agents.ts'
import { Scratch } from '../support/scratch.ts'
import { Script } from '../support/script.ts'
import { until } from '../support/until.ts'

/** Only root can be two users. */
const isRoot = process.getuid?.() === 0 && process.platform === 'linux'
const NOBODY = 65_534

/** A user with no rights but everybody's. */
const ATTACKER = [
  `--reuid=${NOBODY}`,
  `--regid=${NOBODY}`,
  '--clear-groups',
  '--inh-caps=-all',
  '--bounding-set=-all',
]

/** Tries each of its paths: as a file, a directory, and a socket, and tells what it got in. */
const ATTACK = `
const fs = require('node:fs'), net = require('node:net')
const opened = []
const attempt = (what, act) => { try { act(); opened.push(what) } catch {} }
const files = JSON.parse(fs.readFileSync(0, 'utf8'))
for (const file of files) {
  attempt('read ' + file, () => fs.readFileSync(file))
  attempt('list ' + file, () => fs.readdirSync(file))
  attempt('write ' + file, () => fs.appendFileSync(file, 'x'))
  attempt('make ' + file, () => fs.writeFileSync(file + '/planted', 'x'))
}
const gone = () => files.forEach((file) => {
  attempt('rename ' + file, () => fs.renameSync(file, file + '.mine'))
  attempt('remove ' + file, () => fs.rmSync(file, { recursive: true }))
})
Promise.all(files.map((file) => new Promise((resolve) => {
  net.connect(file).on('connect', () => resolve(opened.push('connect ' + file))).on('error', resolve)
}))).then(() => { gone(); console.log(JSON.stringify(opened)); process.exit() })
`

/** Everything that a test can have: agents of both ways, a network, a clock and who goes by it, files. With a umask that takes nothing away. */
const VICTIM = `
  process.umask(0)
  const { createHarness } = await load('index.js')
  const harness = await createHarness()
  const network = await harness.openNetwork()
  const agent = await harness.spawnAgent({ id: 'web' })
  const { file } = harness.agentCommand
  harness.installClock()
  await harness.supervise(process.execPath, ['-e', 'process.stdin.resume()'], { clock: 'virtual' })
  const { writeFileSync } = await import('node:fs')
  writeFileSync(harness.runtimeDir + '/secret', 'hunter2')
  say({ dir: harness.runtimeDir, file })
  process.stdin.once('data', async () => { await harness.close(); process.exit() })
`

test.runIf(isRoot)('another user gets into nothing of a run, whatever the umask is', async () => {
  const scratch = new Scratch()
  fs.chmodSync(scratch.root, 0o1777)
  const victim = new Script(scratch, VICTIM)
  const { dir } = await victim.said<{ dir: string }>()
  const run = dir.slice(0, dir.indexOf('/', scratch.root.length + 1))
  // The reaper takes as long to start as any Node.
  await until('the reaper listens', () => fs.existsSync(path.join(run, 'reaper.sock')))
  const below = fs.readdirSync(run, { recursive: true, encoding: 'utf8' }).map((name) => path.join(run, name))
  const sockets = below.filter((file) => fs.statSync(file).isSocket()).map((file) => path.basename(file))
  // The reaper's, the gateway's, the clock's, and that of the command.
  expect(sockets).toEqual(
    expect.arrayContaining([
      'reaper.sock',
      expect.stringMatching(/\.net$/),
      expect.stringMatching(/\.clock$/),
    ]),
  )
  expect(sockets.length).toBeGreaterThanOrEqual(4)
  expect(below).toContain(path.join(run, 'certificates', 'authority.json'))
  expect(attack([run, ...below])).toEqual([])
  // It would be safe without its directory, too.
  const own = below.filter((file) => /authority\.json$|(?:network|clock)\.cjs$|\.now$|run\.json$/.test(file))
  expect(own.map((file) => fs.statSync(file).mode & 0o777)).toEqual(Array(5).fill(0o600))
  // And that was an attack.
  fs.chmodSync(run, 0o777)
  expect(attack([path.join(run, 'reaper.sock')])).toContain(`connect ${run}/reaper.sock`)
  victim.child.stdin?.write('over\n')
})

/** What another user can do with these. */
function attack(files: readonly string[]): string[] {
  const opened = execFileSync('setpriv', [...ATTACKER, process.execPath, '-e', ATTACK], {
    cwd: '/',
    input: JSON.stringify(files),
  })
  return JSON.parse(opened.toString()) as string[]
}

test.runIf(isRoot)('a directory or link that another user has planted is no directory of a run', async () => {
  const scratch = new Scratch()
  const victims = scratch.path('precious')
  fs.mkdirSync(victims)
  fs.symlinkSync(victims, scratch.path('vs-link'))
  fs.mkdirSync(scratch.path('vs-open'), { mode: 0o777 })
  fs.chownSync(scratch.path('vs-open'), NOBODY, NOBODY)
  for (const name of ['vs-link', 'vs-open'])
    expect(await failure(makeRunDirectory(scratch.path(name)))).toMatchObject({ code: 'ERR_RUNTIME_DIR' })
  expect(fs.readdirSync(victims)).toEqual([])
  expect(fs.readdirSync(scratch.path('vs-open'))).toEqual([])
})

test.runIf(isRoot)('a sweep is led to nothing by what another user has planted', async () => {
  const scratch = new Scratch()
  const record = (name: string): string =>
    JSON.stringify({
      mark: name,
      owner: { pid: 4_194_311, startTime: '1' },
      namespace: fs.readlinkSync('/proc/self/ns/pid'),
    })
  // It looks like the directory of a run that is dead.
  const planted = path.dirname(scratch.write('vs-planted/run.json', record('vs-planted')))
  fs.chownSync(planted, NOBODY, NOBODY)
  const precious = path.dirname(scratch.write('precious/run.json', record('vs-link')))
  fs.symlinkSync(precious, scratch.path('vs-link'))
  const own = path.dirname(scratch.write('vs-own/run.json', record('vs-own')))
  fs.symlinkSync(precious, path.join(own, 'link'))
  await sweep(scratch.root)
  expect([planted, precious, own].map((file) => fs.existsSync(file))).toEqual([true, true, false])
  expect(fs.readdirSync(precious)).toEqual(['run.json'])
})
