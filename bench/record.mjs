import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const PREFIX = 'campaign-'

/** Keeps what a campaign has come to for the table of `npm run bench`, in place of what it came to last time. */
export function recordResult(root, name, rows, argv = process.argv.slice(2)) {
  const folder = path.join(root, 'bench', 'results')
  mkdirSync(folder, { recursive: true })
  const result = { rows, argv, node: process.version, cores: os.availableParallelism() }
  writeFileSync(path.join(folder, `${PREFIX}${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`)
}

/** What is kept in `folder`, by the campaigns' names. */
export function recordedResults(folder) {
  const all = existsSync(folder) ? readdirSync(folder) : []
  const files = all.filter((file) => file.startsWith(PREFIX) && file.endsWith('.json'))
  return new Map(
    files.map((file) => [
      file.slice(PREFIX.length, -'.json'.length),
      JSON.parse(readFileSync(path.join(folder, file), 'utf8')),
    ]),
  )
}
