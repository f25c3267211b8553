import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import { installPacked } from '../scripts/packed.mjs'
import { vitestProgram } from '../scripts/vitest-program.mjs'
import { atMost, differences, figure, inTurn, quantity } from './figures.mjs'

/** A whole `vitest run` of one empty test, with the plugin and without. */
export async function measure({ folder, quick }) {
  const require = createRequire(import.meta.url)
  const modules = path.join(folder, 'node_modules')
  mkdirSync(modules, { recursive: true })
  installPacked(folder)
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
      execFileSync(process.execPath, [vitestProgram, 'run', '--root', project], {
        cwd: project,
        stdio: 'ignore',
      })
      return performance.now() - began
    }
  }
  const took = await inTurn(quick ? 1 : 12, { without: run('without', false), with: run('with', true) }, 1)
  const added = figure(differences(took.with, took.without))
  return [
    {
      what: '`vitest run` of one empty test, with the plugin',
      of: figure(took.with),
      rivals: { 'without it': figure(took.without) },
      promise: atMost(150, 'ms', added.value, 'more'),
      note: `the difference, round by round: p90 ${quantity(added.p90, 'ms')}; the package is the packed one`,
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
