/* Mutates the decisive folders, and counts what no test notices: `npm run mutation -- --help`. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { globSync } from 'tinyglobby'

import { resultsOf, SCOPES } from '../test/lab/mutation/scopes.mjs'

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

const STATUSES = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored']

if (values.help) console.log(USAGE)
else {
  if (!values.table) process.exitCode = mutate(positionals.length > 0 ? positionals : Object.keys(SCOPES))
  console.log(table())
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

/** What is known of each folder, in Markdown. */
function table() {
  const known = Object.keys(SCOPES).filter((scope) => existsSync(resultsOf(scope)))
  const counts = known.map((scope) => [
    `\`src/${scope}\``,
    count(JSON.parse(readFileSync(resultsOf(scope), 'utf8'))),
  ])
  const all = STATUSES.map((_, column) => counts.reduce((sum, [, count]) => sum + count[column], 0))
  const rows = [...counts, ['all', all]].map(([name, count]) => [name, score(count)].concat(count))
  const head = ['folder', 'score', 'killed', 'timed out', 'survived', 'not covered', 'left out']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function count({ files }) {
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status))
  return STATUSES.map((status) => statuses.filter((one) => one === status).length)
}

function score([killed, timedOut, survived, uncovered]) {
  return `${((100 * (killed + timedOut)) / (killed + timedOut + survived + uncovered)).toFixed(1)} %`
}
