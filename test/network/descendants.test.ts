import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import { http, HttpResponse } from 'msw'
import { describe } from 'vitest'

import { expect, test as supervised } from '../../fixtures/index.ts'
import { agentOf, pathOf } from './support/programs.ts'

const WHO = 'https://api.example.com/who'
const START = 'https://api.example.com/start'

describe('of an agent', () => {
  const test = supervised.extend('superviseOptions', agentOf('host.mjs'))

  test.for([
    'child',
    'child with an environment of its own',
    'child with options of Node of its own',
    'child of a shell',
    'fork',
    'member of a cluster',
    'curl process',
  ])('a %s is answered, and known to be of the agent', async (kind, { network, agent }) => {
    network.use(http.get(WHO, () => HttpResponse.text('a handler')))
    await agent.send(kind)
    expect((await agent.messages().next()).value).toBe('a handler')
    expect(network.requests).toMatchObject([{ agent: 'agent', attempt: 1, url: WHO, status: 200 }])
    expect(network.requests[0]?.pid).not.toBe(agent.pid)
  })

  test('a worker thread is answered, and known to be of the agent', async ({ network, agent }) => {
    network.use(http.get(WHO, () => HttpResponse.text('a handler')))
    await agent.send('worker thread')
    expect((await agent.messages().next()).value).toBe('a handler')
    expect(network.requests).toMatchObject([{ agent: 'agent', attempt: 1, pid: agent.pid, status: 200 }])
  })
})

describe('of a supervisor', () => {
  const test = supervised.extend('superviseOptions', agentOf('early.mjs'))
  const { resolve } = createRequire(import.meta.url)

  test('a program under node --watch is answered, and so is the next one after a change', async ({
    network,
    supervise,
    runtimeDir,
  }) => {
    let asks = 0
    network.use(http.get(WHO, () => HttpResponse.text(`answer ${++asks}`)))
    const file = path.join(runtimeDir, 'program.mjs')
    const change = () => writeFileSync(file, `import ${JSON.stringify(pathOf('asked-once.mjs'))}\n`)
    change()
    const watch = await supervise(process.execPath, ['--watch', file])
    expect(await watch.stdout.line(/answer 1|^E[A-Z]+$/)).toBe('answer 1')
    change()
    expect(await watch.stdout.line(/answer 2|^E[A-Z]+$/)).toBe('answer 2')
    const pids = network.requests.map(({ pid }) => pid)
    expect(new Set([...pids, watch.pid]).size).toBe(3)
  })

  test('an agent under nodemon is answered, and so is the next one', async ({
    network,
    supervise,
    agentCommand,
    timeline,
    runtimeDir,
  }) => {
    network.use(http.get(START, () => HttpResponse.text('1')))
    const none = path.join(runtimeDir, 'none')
    const command = [resolve('nodemon/bin/nodemon.js'), '--watch', none, '--exec', agentCommand.shell]
    const nodemon = await supervise(process.execPath, command, { stopSignal: 'SIGINT' })
    await timeline.until('ready', { attempt: 1 })
    nodemon.kill('SIGHUP')
    await timeline.until('ready', { attempt: 2 })
    expect(network.requests).toMatchObject([
      { agent: 'agent', attempt: 1, status: 200 },
      { agent: 'agent', attempt: 2, status: 200 },
    ])
    nodemon.kill('SIGINT')
    await nodemon.exited
  })

  test('agents under node-foreman are answered, each as itself', async ({
    network,
    supervise,
    agentCommand,
    timeline,
    runtimeDir,
  }) => {
    network.use(http.get(START, () => HttpResponse.text('1')))
    const [web, worker] = [agentCommand.with({ id: 'web' }), agentCommand.with({ id: 'worker' })]
    writeFileSync(path.join(runtimeDir, 'Procfile'), `web: ${web.shell}\nworker: ${worker.shell}\n`)
    const foreman = await supervise(process.execPath, [resolve('foreman/nf.js'), 'start'])
    await Promise.all(['web', 'worker'].map((agent) => timeline.until('ready', { agent })))
    const senders = network.requests.map(({ agent, attempt }) => `${agent}#${attempt}`)
    expect(senders.toSorted()).toEqual(['web#1', 'worker#1'])
    process.kill(-foreman.pid, 'SIGINT')
    await foreman.exited
  })
})
