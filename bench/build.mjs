import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { inTurn, median, ms } from './statistics.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const ROUNDS = 15

const OURS = `
import { buildAgentForTest } from ${JSON.stringify(new URL('../dist/src/index.js', import.meta.url).href)}
const began = performance.now()
await buildAgentForTest({ cacheDir: process.argv[1] })
console.log(performance.now() - began)
`
const VITE = `
import { build } from 'vite'
const began = performance.now()
await build({ configFile: false, logLevel: 'silent', build: { ssr: 'agent/main.ts', outDir: process.argv[1] } })
console.log(performance.now() - began)
`

/** Compiling the scripted agent, in a process that has done nothing yet. */
export async function benchBuild(folder) {
  const warm = mkdtempSync(path.join(folder, 'warm-'))
  const fresh = (script) => {
    const cache = mkdtempSync(path.join(folder, 'cold-'))
    const took = measure(script, cache)
    rmSync(cache, { recursive: true })
    return took
  }
  const times = await inTurn(ROUNDS, {
    first: () => fresh(OURS),
    unchanged: () => measure(OURS, warm),
    vite: () => fresh(VITE),
  })
  return [
    {
      what: '`vite.build` of the same agent',
      value: ms(median(times.vite)),
      note: `p50 of ${ROUNDS} processes`,
    },
    { what: '`buildAgentForTest`, first build', value: ms(median(times.first)), promised: '500 ms' },
    { what: '`buildAgentForTest`, unchanged', value: ms(median(times.unchanged)), promised: '15 ms' },
  ]
}

function measure(script, ...args) {
  const options = { cwd: root, encoding: 'utf8' }
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script, ...args], options))
}
