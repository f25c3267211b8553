import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import http from 'node:http'
import { fileURLToPath } from 'node:url'

import { createHarness } from '../dist/src/index.js'
import { atMost, differences, figure, inTurn, quantity } from './figures.mjs'

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
export async function measure({ quick }) {
  const server = http.createServer((_request, response) => response.end('hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const fetching = `fetch('http://127.0.0.1:${server.address().port}').then((answer) => answer.text())`
  const harness = await createHarness()
  try {
    const { env } = await harness.openNetwork()
    const rows = []
    for (const { version, file } of quick ? nodes().slice(0, 1) : nodes()) {
      const idle = await compare([file, '-e', '0'], env, quick)
      const asking = await compare([file, '-e', fetching], env, quick)
      rows.push(
        {
          what: `\`node -e 0\` as a child of a test with \`network\`, ${version}`,
          ...idle,
          promise: atMost(5, 'ms', idle.added.value, 'more'),
        },
        { what: `the same with one \`fetch\` to loopback, ${version}`, ...asking },
      )
    }
    return rows
  } finally {
    await harness.close()
    server.closeAllConnections()
    server.close()
  }
}

async function compare([file, ...args], { NODE_OPTIONS }, quick) {
  const run = (env) => async () => {
    const [code] = await once(
      spawn(file, args, { env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' }),
      'exit',
    )
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} exited with ${code}.`)
  }
  const took = await inTurn(quick ? 2 : 40, { bare: run({}), loaded: run({ NODE_OPTIONS }) })
  const added = figure(differences(took.loaded, took.bare))
  return {
    of: figure(took.loaded),
    rivals: { 'a bare child': figure(took.bare) },
    added,
    note: `the difference, round by round: ${quantity(added.value, 'ms')}, p90 ${quantity(added.p90, 'ms')}`,
  }
}
