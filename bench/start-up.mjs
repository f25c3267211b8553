import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import { installPacked } from '../scripts/packed.mjs'
import { inTurn, median, ms } from './statistics.mjs'

const ROUNDS = 12

/** A whole `vitest run` of one empty test, with the plugin and without. */
export async function benchStartUp(folder) {
  const require = createRequire(import.meta.url)
  const vitest = path.join(path.dirname(require.resolve('vitest/package.json')), 'vitest.mjs')
  const modules = path.join(folder, 'node_modules')
  mkdirSync(modules, { recursive: true })
  const installed = installPacked(folder)
  const { dependencies } = require('../package.json')
  for (const name of ['vitest', ...Object.keys(dependencies)]) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true })
    symlinkSync(path.dirname(resolvePackage(require, name)), path.join(modules, name), 'dir')
  }
  const run = (name, plugin) => {
    const project = path.join(folder, name)
    mkdirSync(project, { recursive: true })
    writeFileSync(path.join(project, 'vitest.config.mjs'), config(plugin))
    writeFileSync(
      path.join(project, 'empty.test.mjs'),
      "import { test } from 'vitest'\ntest('empty', () => {})\n",
    )
    return () => {
      const began = performance.now()
      execFileSync(process.execPath, [vitest, 'run', '--root', project], { cwd: project, stdio: 'ignore' })
      return performance.now() - began
    }
  }
  const times = await inTurn(ROUNDS, { without: run('without', false), with: run('with', true) }, 1)
  const added = median(times.with.map((value, round) => value - times.without[round]))
  return [
    {
      what: '`vitest run` of one empty test',
      value: ms(median(times.without)),
      note: `p50 of ${ROUNDS} runs, in turn`,
    },
    {
      what: 'the same with the plugin',
      value: ms(median(times.with)),
      against: `+${ms(added)}`,
      promised: '+150 ms',
      note: path.basename(installed),
    },
  ]
}

function config(plugin) {
  return plugin
    ? "import { supervise } from 'vitest-supervise/plugin'\nexport default { plugins: [supervise()] }\n"
    : 'export default {}\n'
}

function resolvePackage(require, name) {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return require.resolve(path.join(folder, name, 'package.json'))
    } catch {
      continue // It is in a folder further up.
    }
  }
  throw new Error(`${name} is not installed.`)
}
