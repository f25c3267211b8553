/*
 * What installing this package brings: checks that docs/package.md says so, and that nothing of it runs at installation.
 * With `--write` it corrects the figures there.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { root } from './packed.mjs'

const DOCUMENT = path.join(root, 'docs/package.md')
/** How far a size may be from what is stated: what is stated need not be corrected at every change. */
const TOLERANCE = 0.1
/** What npm runs when somebody installs a package, from the registry or from git. */
const LIFECYCLE = [
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
]

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const locked = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages
const text = readFileSync(DOCUMENT, 'utf8')
const installed = dependenciesOf(locked[''].dependencies, '')
const required = [...installed].filter((place) => !locked[place].optional)
const withScripts = [...installed].filter((place) => locked[place].hasInstallScript).map(nameOf)
const { size, unpackedSize, entryCount } = packed()

const figures = [
  { row: 'Dependencies', value: Object.keys(manifest.dependencies).length },
  { row: 'Packages installed with them', value: required.length },
  { row: 'Tarball, kB', value: Math.round(size / 1000), tolerance: TOLERANCE },
  { row: 'Unpacked, kB', value: Math.round(unpackedSize / 1000), tolerance: TOLERANCE },
  { row: 'Files', value: entryCount, tolerance: TOLERANCE },
  {
    row: 'Install scripts of this package',
    value: LIFECYCLE.filter((name) => name in manifest.scripts).length,
  },
  { row: 'Install scripts of dependencies', value: withScripts.join(', ') || 'none' },
]

if (process.argv.includes('--write')) {
  const corrected = figures.reduce(
    (written, { row, value }) => written.replace(rowOf(row), (_, head, gap) => `${head}${gap}${value} |`),
    text,
  )
  writeFileSync(DOCUMENT, corrected)
} else {
  const wrong = figures.filter(({ row, value, tolerance = 0 }) => {
    const stated = rowOf(row).exec(text)?.[3]
    if (typeof value === 'string') return stated !== value
    return !(Math.abs(Number(stated) - value) <= value * tolerance)
  })
  for (const { row, value } of wrong)
    console.error(
      `docs/package.md says ${rowOf(row).exec(text)?.[3] ?? 'nothing'} of "${row}": it is ${value}.`,
    )
  if (wrong.length > 0) {
    console.error('If that is meant, run `node scripts/package-budget.mjs --write`, and commit it.')
    process.exitCode = 1
  }
  if (figures.some(({ row, value }) => row === 'Install scripts of this package' && value > 0)) {
    console.error('This package runs nothing when it is installed: remove its install scripts.')
    process.exitCode = 1
  }
}

/** The row of the table: what it is, and its figure. */
function rowOf(row) {
  return new RegExp(`(\\| ${row} *\\|)( *)([^|]*?) *\\|`)
}

/** The places in the lock file of all that these bring, as npm finds them from `place`. */
function dependenciesOf(names, place, found = new Set()) {
  for (const name of Object.keys(names ?? {})) {
    const target = placeOf(name, place)
    if (target === undefined || found.has(target)) continue
    found.add(target)
    const { dependencies, optionalDependencies } = locked[target]
    dependenciesOf({ ...dependencies, ...optionalDependencies }, target, found)
  }
  return found
}

function placeOf(name, from) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`
    if (place in locked) return place
    if (at === '') return undefined
  }
}

function nameOf(place) {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

function packed() {
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], shell: process.platform === 'win32' }
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], options)
  return JSON.parse(output.toString())[0]
}
