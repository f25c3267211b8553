/* An agent that has descendants ask. It is sent which kind, and sends back what that one got. */
import { execFile, fork } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'

import { connect } from '../../../dist/agent/index.js'

const program = new URL('asked-once.mjs', import.meta.url)
const { pathname } = program
const run = async (...command) => (await promisify(execFile)(...command)).stdout.trim()
const said = async (child) => (await once(child, 'message'))[0]

const descendants = {
  child: () => run(process.execPath, [pathname]),
  'child with an environment of its own': () =>
    run(process.execPath, [pathname], { env: { PATH: process.env.PATH } }),
  'child with options of Node of its own': () =>
    run(process.execPath, [pathname], {
      env: { PATH: process.env.PATH, NODE_OPTIONS: '--no-deprecation' },
    }),
  'child of a shell': () => run('sh', ['-c', `true; "${process.execPath}" "${pathname}"; true`]),
  fork: () => said(fork(pathname, ['ipc'])),
  'member of a cluster': () => {
    cluster.setupPrimary({ exec: pathname, args: ['ipc'] })
    return said(cluster.fork())
  },
  'worker thread': async () => {
    const code = `fetch('https://api.example.com/who').then((response) => response.text()).then((text) => require('node:worker_threads').parentPort.postMessage(text))`
    return said(new Worker(code, { eval: true }))
  },
  'curl process': () => run('curl', ['-sS', 'https://api.example.com/who']),
}

const agent = await connect()
agent.onMessage((kind) => {
  void descendants[kind]()
    .catch((error) => error.message)
    .then((answer) => agent.send(answer))
})
await agent.ready()
