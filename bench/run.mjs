/*
 * Every figure that is promised, beside its rivals, measured in one run on one machine. Prints a Markdown table and
 * writes it with the raw figures to bench/results.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { benchAgent } from './agent.mjs'
import { benchBuild } from './build.mjs'
import { benchNetwork } from './network.mjs'
import { benchRestarts } from './restarts.mjs'
import { benchSimulation } from './simulation.mjs'
import { benchStartUp } from './start-up.mjs'

const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-'))
const results = new URL('./results/', import.meta.url)
try {
  const rows = []
  for (const bench of [benchAgent, benchRestarts, benchSimulation, benchNetwork, benchBuild, benchStartUp]) {
    const place = mkdtempSync(path.join(folder, 'b-'))
    rows.push(...(await bench(place)))
  }
  const title = `Node ${process.version}, ${os.type()} ${os.arch()}, ${os.availableParallelism()} cores`
  const table = [
    `| ${title} | figure | against | promised at most | |`,
    '| --- | ---: | ---: | ---: | --- |',
    ...rows.map(
      ({ what, value, against = '', promised = '', note = '' }) =>
        `| ${[what, value, against, promised, note].join(' | ')} |`,
    ),
  ].join('\n')
  console.log(table)
  mkdirSync(results, { recursive: true })
  writeFileSync(new URL('bench.md', results), `${table}\n`)
  writeFileSync(new URL('bench.json', results), JSON.stringify({ title, rows }, undefined, 2))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
