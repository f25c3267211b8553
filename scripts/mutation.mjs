/* Mutates the decisive folders, and counts what no test notices: `npm run mutation -- --help`. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { globSync } from 'tinyglobby'

import { recordResult } from '../bench/record.mjs'
import { resultsOf, SCOPES } from '../test/lab/mutation/scopes.mjs'
import { root } from './packed.mjs'

const USAGE = `Mutates src and runs the tests that should notice. What has not changed since the last time is not run again. Linux.
  npm run mutation -- [folder | file | pattern …]   such as clock, src/clock/driver.ts, src/clock/driver.ts:10-20
  --again   also what has not changed
  --table   only shows what is known`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean' }, again: { type: 'boolean' }, table: { type: 'boolean' } },
})

/**
 * Mutants do what the code around them must not: send SIGKILL to all that they see, or mount over what the machine needs. So they
 * see no processes but their own, and their mounts are theirs. The shell waits for orphans.
 */
const USER = process.getuid?.() === 0 ? [] : ['--user', '--map-current-user', '--keep-caps']
const NAMESPACES = ['unshare', ...USER, '--mount', '--pid', '--fork', '--mount-proc', '--kill-child']
const ALONE = [...NAMESPACES, 'setsid', '--wait', 'sh', '-c', '"$@"; exit $?', 'sh']

/** The score that every folder has to have. */
const PROMISED = 85
const STATUSES = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored']

if (values.help) console.log(USAGE)
else {
  if (!values.table) process.exitCode = mutate(positionals.length > 0 ? positionals : Object.keys(SCOPES))
  const counts = known()
  console.log(table(counts))
  if (!values.table && counts.size > 0) record(counts)
}

/** The exit code: 1 if a folder is below its threshold, or could not be mutated. */
function mutate(subjects) {
  let exitCode = 0
  for (const subject of subjects) {
    for (const [scope, pattern] of runsOf(subject.replace(/^src\//, '').replace(/\/$/, ''))) {
      const options = [
        ...(pattern ? ['--mutate', `src/${pattern}`] : []),
        ...(values.again ? ['--force'] : []),
      ]
      const [program, ...words] = [...ALONE, 'npx', 'stryker', 'run', ...options]
      const env = { ...process.env, MUTATION_SCOPE: scope }
      const { status, error } = spawnSync(program, words, { stdio: 'inherit', env })
      if (error) throw error
      exitCode ||= status ?? 1
    }
  }
  return exitCode
}

/** The scopes that lie in a folder, or those of what a pattern names, perhaps with lines behind it. */
function runsOf(subject) {
  const inside = Object.keys(SCOPES).filter((scope) => `${scope}/`.startsWith(`${subject}/`))
  if (inside.length > 0) return inside.map((scope) => [scope])
  const files = globSync(`src/${subject.replace(/:[\d:-]+$/, '')}`)
  const around = Object.keys(SCOPES).filter((scope) =>
    globSync(SCOPES[scope].mutate).some((one) => files.includes(one)),
  )
  if (around.length > 0) return around.map((scope) => [scope, subject])
  console.error(`Nothing in src/${subject} is mutated. The folders are ${Object.keys(SCOPES).join(', ')}.`)
  process.exit(2)
}

/** How many mutants have each status, by the folders of which that is known. */
function known() {
  const scopes = Object.keys(SCOPES).filter((scope) => existsSync(resultsOf(scope)))
  return new Map(scopes.map((scope) => [scope, count(JSON.parse(readFileSync(resultsOf(scope), 'utf8')))]))
}

/** All of it in Markdown. */
function table(counts) {
  if (counts.size === 0) return 'Nothing is known yet.'
  const folders = [...counts].map(([scope, count]) => [`\`src/${scope}\``, count])
  const rows = [...folders, ['all', sum([...counts.values()])]].map(([name, count]) => [
    name,
    percent(count),
    ...count,
  ])
  const head = ['folder', 'score', 'killed', 'timed out', 'survived', 'not covered', 'left out']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** For the table of the bench. A promise about all folders is neither kept nor broken by some; parts of them are named. */
function record(counts) {
  const all = sum([...counts.values()])
  const isWhole = counts.size === Object.keys(SCOPES).length
  const isLow = (count) => score(count) < PROMISED
  const folders = new Set([...counts.keys()].map((scope) => scope.split('/')[0]))
  const isKept = [...folders].every((folder) => !isLow(sum(inside(counts, folder))))
  const value = `${percent(all)} of ${all.slice(0, -1).reduce((total, one) => total + one, 0)}`
  const low = [...counts].filter(([, count]) => isLow(count))
  const note = low.map(([scope, count]) => `\`src/${scope}\` ${percent(count)}`).join('; ')
  recordResult(root, 'mutation', [{ value, met: isKept ? isWhole || null : false, note }])
}

/** What is known of a folder and its parts. */
function inside(counts, folder) {
  return [...counts].flatMap(([scope, count]) => (scope.split('/')[0] === folder ? [count] : []))
}

function sum(counts) {
  return STATUSES.map((_, column) => counts.reduce((total, count) => total + count[column], 0))
}

function count({ files }) {
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status))
  return STATUSES.map((status) => statuses.filter((one) => one === status).length)
}

/** How many of 100 mutants are noticed. */
function score([killed, timedOut, survived, uncovered]) {
  return (100 * (killed + timedOut)) / (killed + timedOut + survived + uncovered)
}

function percent(count) {
  return `${score(count).toFixed(1)} %`
}
