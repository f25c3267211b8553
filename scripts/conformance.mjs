/*
 * Puts supervisors from npm and Debian to the conformance suite of the packed package, prints their score cards side by
 * side, and with --update writes them into the README of the example. It installs what is missing, if it may.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'

import { renderScoreCards } from '../dist/src/index.js'
import { recordResult } from '../bench/record.mjs'
import { installPacked, root } from './packed.mjs'
import { vitestProgram } from './vitest-program.mjs'

const NPM = ['foreman', 'nodemon']
/** Debian packages, each with a program by which it is known to be there. */
const DEBIAN = { supervisor: '/usr/bin/supervisord', runit: '/usr/bin/runsv' }
const CARD = /(?<=<!-- scores -->\n)[^]*(?=<!-- end of scores -->)/

const project = path.join(root, 'examples', 'conformance')
const scores = path.join(project, 'scores')
const readme = path.join(project, 'README.md')
const [update, ...args] =
  process.argv[2] === '--update' ? process.argv.slice(2) : [undefined, ...process.argv.slice(2)]

rmSync(scores, { recursive: true, force: true })
installFromNpm()
installFromDebian()
installPacked(project)
const passed = runSuite()
const cards = readCards()
if (cards.length > 0) console.log(`\n${renderScoreCards(cards)}`)
if (update && passed) {
  const text = readFileSync(readme, 'utf8').replace(CARD, () => `\n${renderScoreCards(cards)}\n`)
  writeFileSync(readme, text)
  execFileSync('npx', ['oxfmt', readme], { cwd: root, stdio: 'inherit' })
}
recordCard(cards.find(({ supervisor }) => supervisor === 'RestartLoop'))
process.exitCode = passed ? 0 : 1

/** Installs the supervisors from npm into the example, unless they are found from there. */
function installFromNpm() {
  const { resolve } = createRequire(path.join(project, 'package.json'))
  if (NPM.every((name) => succeeds(() => resolve(`${name}/package.json`)))) return
  const { devDependencies } = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8'))
  // Elsewhere: the example also names the package that is tested here, which no registry has.
  const folder = mkdtempSync(path.join(os.tmpdir(), 'subjects-'))
  try {
    const packages = NPM.map((name) => `${name}@${devDependencies[name]}`)
    const install = [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--prefix',
      folder,
      ...packages,
    ]
    execFileSync('npm', install, { stdio: 'inherit', shell: process.platform === 'win32' })
    cpSync(path.join(folder, 'node_modules'), path.join(project, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Installs the supervisors from Debian; those that it may not install are skipped, and named. */
function installFromDebian() {
  const missing = Object.keys(DEBIAN).filter((name) => !existsSync(DEBIAN[name]))
  if (missing.length === 0) return
  const may =
    process.getuid?.() === 0 && succeeds(() => execFileSync('apt-get', ['--version'], { stdio: 'ignore' }))
  if (!may) {
    console.log(
      `Skipped, not installed: ${missing.join(', ')}. As root: apt-get install ${missing.join(' ')}`,
    )
    return
  }
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
  // No service is started: there is no policy for it where this is meant to run, a container.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    stdio: 'inherit',
    env,
  })
}

function runSuite() {
  const command = [vitestProgram, 'run', '--no-file-parallelism', '--reporter=verbose', ...args]
  return spawnSync(process.execPath, command, { cwd: project, stdio: 'inherit' }).status === 0
}

function readCards() {
  if (!existsSync(scores)) return []
  const files = readdirSync(scores).filter((file) => file.endsWith('.json'))
  return files.map((file) => JSON.parse(readFileSync(path.join(scores, file), 'utf8')))
}

function succeeds(action) {
  try {
    action()
    return true
  } catch {
    return false
  }
}

/** What our own loop comes to, for the table of `npm run bench`. Nothing when other ones were asked for. */
function recordCard(card) {
  if (!card) return
  const applicable = card.scores.filter(({ verdict }) => verdict !== 'not applicable')
  const passed = applicable.filter(({ verdict }) => verdict === 'pass').length
  const value = `${passed} of ${applicable.length}, of ${card.scores.length} checks`
  recordResult(root, 'conformance', [{ value, met: passed === applicable.length }])
}
