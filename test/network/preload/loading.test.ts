import { expect, test } from 'vitest'

import { Scratch } from '../../support/scratch.ts'
import { ControlStandIn } from '../support/control.ts'
import { assumeNode, Child, NODES } from './child.ts'

const ASK = `
  const net = require('node:net')
  net.connect(80, 'one.test').on('error', ({ code }) => {
    say(code)
    require('node:dns').promises.lookup('two.test').catch(({ code }) => {
      say(code)
      require('node:child_process').spawn(process.execPath, ['-e', "require('dns').lookup('three.test', () => {})"], { env: {} })
    })
  })
`

const HOSTS = ['one.test', 'two.test', 'three.test']

test.for(NODES)(
  'where loading is not noticed, what has to be wrapped is loaded at once ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const control = await ControlStandIn.open(scratch, () => ({ to: 'nowhere', code: 'ENOTFOUND' }))
    const hide = scratch.write(
      'hide.cjs',
      `Object.defineProperty(process, 'moduleLoadList', { value: undefined })`,
    )
    const env = { NODE_OPTIONS: `--require ${hide} ${control.nodeOptions}` }
    expect(await new Child(scratch, control, ASK, { node, env }).all()).toEqual(['ENOTFOUND', 'ENOTFOUND'])
    expect(control.asked.map(({ host }) => host)).toEqual(HOSTS)
  },
)

test.for(NODES)('what has been loaded before is wrapped, too ($version)', async ({ node }, { skip }) => {
  assumeNode(node, skip)
  const scratch = new Scratch()
  const control = await ControlStandIn.open(scratch, () => ({ to: 'nowhere', code: 'ENOTFOUND' }))
  const before = scratch.write(
    'before.cjs',
    `require('net'); require('dns').promises; require('child_process'); require('tls')`,
  )
  const env = { NODE_OPTIONS: `--require ${before} ${control.nodeOptions}` }
  expect(await new Child(scratch, control, ASK, { node, env }).all()).toEqual(['ENOTFOUND', 'ENOTFOUND'])
  expect(control.asked.map(({ host }) => host)).toEqual(HOSTS)
})

test.for(NODES)(
  'the list of what Node has loaded stays what it is ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const control = await ControlStandIn.open(scratch, () => ({ to: 'direct' }))
    const body = `
    const { moduleLoadList: list } = process
    const before = list.length
    require('node:zlib')
    say([Array.isArray(list), list.includes('NativeModule zlib'), list.length > before, Object.keys(list).length === list.length, list.filter((name) => typeof name !== 'string')])
  `
    expect(await new Child(scratch, control, body, { node }).all()).toEqual([[true, true, true, true, []]])
  },
)

test('a process whose network cannot be set up ends, and says that it is for that', async () => {
  const scratch = new Scratch()
  const control = await ControlStandIn.open(scratch, () => ({ to: 'direct' }))
  const before = scratch.write('before.cjs', `Object.freeze(require('net').Socket.prototype)`)
  const child = new Child(scratch, control, `say('alive')`, {
    env: { NODE_OPTIONS: `--require ${before} ${control.nodeOptions}` },
  })
  await expect(child.all()).rejects.toThrow(
    /The network of the test \(vitest-supervise, .*preload file\.cjs\) could not be set up/,
  )
  expect(child.lines).toEqual([])
})

test('a process that takes the place of another one comes by the test, too', async ({ skip }) => {
  const newest = NODES.at(-1)?.node ?? ''
  assumeNode(newest, skip)
  const scratch = new Scratch()
  const control = await ControlStandIn.open(scratch, () => ({ to: 'nowhere', code: 'ENOTFOUND' }))
  const body = `process.execve(process.execPath, [process.execPath, '-e', "require('dns').lookup('replaced.test', () => {})"], {})`
  await new Child(scratch, control, body, { node: newest }).all()
  expect(control.asked.map(({ host }) => host)).toEqual(['replaced.test'])
})

test('a program that Node runs again as it changes comes by the test each time', async () => {
  const scratch = new Scratch()
  const control = await ControlStandIn.open(scratch, () => ({ to: 'nowhere', code: 'ENOTFOUND' }))
  const body = `require('node:dns').lookup(process.env.WATCH_REPORT_DEPENDENCIES ? 'watched.test' : 'alone.test', () => {})`
  const child = new Child(scratch, control, body, { args: ['--watch'] })
  await control.questions(1)
  scratch.write('child.cjs', body)
  await control.questions(2)
  child.process.kill('SIGTERM')
  expect(new Set(control.asked.map(({ host }) => host))).toEqual(new Set(['watched.test']))
})

test('a version of Node without `process.getBuiltinModule` comes by the test, too', async () => {
  const scratch = new Scratch()
  const control = await ControlStandIn.open(scratch, () => ({ to: 'nowhere', code: 'ENOTFOUND' }))
  const before = scratch.write('before.cjs', `delete process.getBuiltinModule`)
  const env = { NODE_OPTIONS: `--require ${before} ${control.nodeOptions}` }
  expect(await new Child(scratch, control, ASK, { env }).all()).toEqual(['ENOTFOUND', 'ENOTFOUND'])
  expect(control.asked.map(({ host }) => host)).toEqual(HOSTS)
})
