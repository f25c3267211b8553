import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { atMost, figure, inTurn } from './figures.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

const OURS = `
import { buildAgentForTest } from ${JSON.stringify(new URL('../dist/src/index.js', import.meta.url).href)}
const began = performance.now()
await buildAgentForTest({ cacheDir: process.argv[1] })
console.log(performance.now() - began)
`
const ESBUILD = `
import { build } from 'esbuild'
const began = performance.now()
const outfile = process.argv[1] + '/agent.cjs'
await build({ entryPoints: ['agent/main.ts'], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' })
console.log(performance.now() - began)
`
const VITE = `
import { build } from 'vite'
const began = performance.now()
await build({ configFile: false, logLevel: 'silent', build: { ssr: 'agent/main.ts', outDir: process.argv[1] } })
console.log(performance.now() - began)
`

/** Compiling the scripted agent, in a process that has done nothing yet. What is imported before does not count. */
export async function measure({ folder, quick }) {
  const warm = mkdtempSync(path.join(folder, 'warm-'))
  const fresh = (script) => {
    const cache = mkdtempSync(path.join(folder, 'cold-'))
    const took = run(script, cache)
    rmSync(cache, { recursive: true })
    return took
  }
  const contenders = {
    first: () => fresh(OURS),
    unchanged: () => run(OURS, warm),
    esbuild: () => fresh(ESBUILD),
    vite: () => fresh(VITE),
  }
  const took = await inTurn(quick ? 1 : 15, contenders, quick ? 1 : 3)
  const rivals = { '`esbuild`, by hand': figure(took.esbuild), '`vite.build`': figure(took.vite) }
  const [first, unchanged] = [figure(took.first), figure(took.unchanged)]
  return [
    {
      what: '`buildAgentForTest`, first build',
      of: first,
      rivals,
      promise: atMost(500, 'ms', first.value),
      note: 'each in a process of its own',
    },
    {
      what: '`buildAgentForTest`, unchanged source',
      of: unchanged,
      rivals,
      promise: atMost(15, 'ms', unchanged.value),
    },
  ]
}

function run(script, ...args) {
  const options = { cwd: root, encoding: 'utf8' }
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script, ...args], options))
}
