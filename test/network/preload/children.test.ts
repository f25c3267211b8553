import { expect, test } from 'vitest'

import { Scratch } from '../../support/scratch.ts'
import { ControlStandIn } from '../support/control.ts'
import { assumeNode, Child, NODES } from './child.ts'

/** In the program: what a Node that it starts has to say of itself. */
const PROBE = `
  const PROBE = \`require('node:dns').lookup(process.argv[1] || 'probe.test', () => console.log(JSON.stringify([process.env.SUPERVISE_AGENT, process.env.CURL_CA_BUNDLE, process.env.OWN])))\`
`

const WITH_ENV = { env: { CURL_CA_BUNDLE: '/bundle.pem' } }

test.for(NODES)(
  'children with any environment come by the test, too ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const file = scratch.path('a "quoted" \\ ünï file.cjs')
    const control = await ControlStandIn.open(scratch, () => ({ to: 'nowhere', code: 'ENOTFOUND' }), {
      ...WITH_ENV,
      file,
    })
    const body = `${PROBE}
    import childProcess, { spawn, spawnSync, execSync, execFileSync, execFile, exec } from 'node:child_process'
    import { once } from 'node:events'
    const node = process.execPath
    const told = async (child) => {
      let text = ''
      child.stdout.on('data', (more) => (text += more))
      await once(child, 'close')
      return JSON.parse(text || '"nothing"')
    }
    const stripped = { env: { OWN: '1' } }
    say(await told(spawn(node, ['-e', PROBE, 'spawn.test'], stripped)))
    say(await told(execFile(node, ['-e', PROBE, 'exec-file.test'], stripped)))
    say(await told(exec('"$NODE" -e "$PROBE" exec.test', { env: { NODE: node, PROBE, OWN: '1' } })))
    say(JSON.parse(spawnSync(node, ['-e', PROBE, 'spawn-sync.test'], stripped).stdout))
    say(JSON.parse(execFileSync(node, ['-e', PROBE, 'exec-file-sync.test'], stripped)))
    say(JSON.parse(execSync('"$NODE" -e "$PROBE" exec-sync.test', { env: { NODE: node, PROBE, OWN: '1' } })))
    say(JSON.parse(spawnSync(node, ['-e', PROBE, 'other-options.test'], { env: { NODE_OPTIONS: '--no-deprecation', SUPERVISE_AGENT: 'mine', CURL_CA_BUNDLE: '' } }).stdout))
    delete process.env.NODE_OPTIONS
    say(JSON.parse(spawnSync(node, ['-e', PROBE, 'deleted.test']).stdout))
    process.env = {}
    say(JSON.parse(spawnSync(node, ['-e', PROBE, 'emptied.test']).stdout))
    say(await told(spawn(node, ['-e', PROBE, 'emptied-too.test'])))
    say(await told(childProcess.fork(process.argv[1] + '.fork.cjs', [], { silent: true, env: {}, execArgv: [] })))
  `
    scratch.write(
      'child.mjs.fork.cjs',
      `require('node:dns').lookup('fork.test', () => { console.log('[]'); process.disconnect() })`,
    )
    const env = { SUPERVISE_AGENT: 'worker-1', SUPERVISE_MARK: 'mark-1' }
    const child = new Child(scratch, control, body, { node, type: 'module', env })
    const stripped = ['worker-1', '/bundle.pem', '1']
    const whole = ['worker-1', '/bundle.pem', null]
    expect(await child.all()).toEqual([
      ...Array.from({ length: 6 }, () => stripped),
      ['mine', '', null],
      ...Array.from({ length: 3 }, () => whole),
      [],
    ])
    expect(control.asked.map(({ host }) => host)).toEqual(
      [
        'spawn',
        'exec-file',
        'exec',
        'spawn-sync',
        'exec-file-sync',
        'exec-sync',
        'other-options',
        'deleted',
        'emptied',
        'emptied-too',
        'fork',
      ].map((name) => `${name}.test`),
    )
    const pids = new Set(control.hellos.map(({ pid }) => pid))
    expect(pids.size).toBe(11)
    expect(control.hellos.map(({ agent, mark }) => [agent, mark])).toEqual(
      control.hellos.map((_, i) => [i === 6 ? 'mine' : 'worker-1', 'mark-1']),
    )
  },
)

test.for(NODES)(
  'threads come by the test, too, each in its own connection ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const control = await ControlStandIn.open(scratch, () => ({ to: 'nowhere', code: 'ENOTFOUND' }))
    const body = `
    import { Worker, SHARE_ENV } from 'node:worker_threads'
    import { once } from 'node:events'
    const start = async (name, options) => {
      const worker = new Worker("require('node:dns').lookup(require('node:worker_threads').workerData + '.test', () => {})", { eval: true, workerData: name, ...options })
      if (worker.constructor !== Worker || Worker.name !== 'Worker' || (await once(worker, 'exit'))[0] !== 0) throw new Error(name)
    }
    await start('plain', {})
    await start('env', { env: { OWN: '1' } })
    await start('options', { env: { NODE_OPTIONS: '--no-deprecation' } })
    await start('both', { env: {}, execArgv: ['--no-warnings'] })
    await start('share', { env: SHARE_ENV })
    delete process.env.NODE_OPTIONS
    await start('argv', { execArgv: [] })
  `
    await new Child(scratch, control, body, { node, type: 'module' }).all()
    expect(control.asked.map(({ host }) => host)).toEqual(
      ['plain', 'env', 'options', 'both', 'share', 'argv'].map((name) => `${name}.test`),
    )
    expect(control.hellos).toHaveLength(6)
  },
)

test.for(NODES)(
  'workers of a cluster come by the test, and the runner of Node ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const control = await ControlStandIn.open(scratch, () => ({ to: 'nowhere', code: 'ENOTFOUND' }))
    const runner = scratch.write(
      'some.test.cjs',
      `require('node:test')(() => new Promise((resolve) => require('node:dns').lookup('runner.test', resolve)))`,
    )
    const body = `
    const cluster = require('node:cluster')
    const dns = require('node:dns')
    if (cluster.isPrimary) {
      for (const env of [{}, { NODE_OPTIONS: '' }]) cluster.fork(env)
    } else dns.lookup('cluster.test', () => process.disconnect())
    if (cluster.isPrimary) require('node:child_process').spawn(process.execPath, ['--test', ${JSON.stringify(runner)}], { env: {} })
  `
    await new Child(scratch, control, body, { node }).all()
    expect(control.asked.map(({ host }) => host).toSorted()).toEqual([
      'cluster.test',
      'cluster.test',
      'runner.test',
    ])
    expect(new Set(control.hellos.map(({ pid }) => pid)).size).toBe(3)
  },
)
