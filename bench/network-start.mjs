import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import http from 'node:http'
import { fileURLToPath } from 'node:url'

import { inTurn, median, ms } from './statistics.mjs'

const ROUNDS = 40

/** This Node, and those of other majors that the lab has. */
function nodes() {
  const others = [22, 24].map((major) => {
    const folder = new URL(`../.lab/node-${process.platform}-${process.arch}-${major}/`, import.meta.url)
    return { version: `Node ${major}`, file: fileURLToPath(new URL('node_modules/.bin/node', folder)) }
  })
  return [
    { version: `Node ${process.versions.node.split('.')[0]}`, file: process.execPath },
    ...others.filter(({ file }) => existsSync(file)),
  ]
}

/** What the preload adds to a child that does nothing, and what the first question adds to one that asks for something. */
export async function benchNetworkStart(env) {
  const server = http.createServer((_request, response) => response.end('hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const fetching = `fetch('http://127.0.0.1:${server.address().port}').then((answer) => answer.text())`
  try {
    const rows = []
    for (const { version, file } of nodes()) {
      rows.push(await row(`start-up of \`node -e 0\`, ${version}: added`, [file, '-e', '0'], env, '5 ms'))
      rows.push(await row(`the same with one \`fetch\` to loopback: added`, [file, '-e', fetching], env))
    }
    return rows
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

async function row(what, [file, ...args], { NODE_OPTIONS }, promised = '') {
  const run = (env) => async () => {
    const [code] = await once(
      spawn(file, args, { env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' }),
      'exit',
    )
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} exited with ${code}.`)
  }
  const took = await inTurn(ROUNDS, { bare: run({}), loaded: run({ NODE_OPTIONS }) })
  const added = median(took.loaded.map((time, round) => time - took.bare[round]))
  return {
    what,
    value: ms(added),
    against: ms(median(took.bare)),
    promised,
    note: `p50 of ${ROUNDS} differences, in turn`,
  }
}
