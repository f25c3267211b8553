/*
 * Every figure that is promised, beside its rivals, measured in one run on one machine: `npm run bench -- --help`. Prints a
 * Markdown table and writes it, and the raw figures, to bench/results.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { boundedCommand, CAMPAIGNS, campaignRows, commandOf, results } from './campaigns.mjs'
import { BENCHES } from './catalogue.mjs'
import { ContainedProcess } from './contained-process.mjs'
import { writeDocument } from './document.mjs'
import { machineFacts } from './machine.mjs'
import { renderTable } from './table.mjs'

const USAGE = `Measures every promised figure beside its rivals, and tells what the campaigns have come to.
  --only a,b    these alone, of the names of --list
  --list        what there is, and how long it takes
  --all         runs the campaigns as well, each in a short form: half an hour more
  --quick       a smoke run: shows that the benches work, and no figure of it means anything
  --json file   writes the raw figures there
  --write       puts the table into docs/numbers.md
A whole run leaves its table and raw figures in bench/results. Exits with 1 when a bench fails; the others are measured all the same.
A promise that is not kept is in the table, and no failure.`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    list: { type: 'boolean' },
    all: { type: 'boolean' },
    quick: { type: 'boolean' },
    json: { type: 'string' },
    write: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

const ONE = fileURLToPath(new URL('one.mjs', import.meta.url))
let [running, ended] = [undefined, false]

if (values.help) console.log(USAGE)
else if ((values.quick || values.only) && values.write) {
  console.error('--write puts a whole run into docs/numbers.md: it goes with neither --only nor --quick.')
  process.exitCode = 1
} else if (values.list) console.log(list())
else {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(signal))
  process.exitCode = await main()
}

async function main() {
  const names = chosen()
  if (!names) return 1
  const machine = machineFacts()
  const rows = []
  const failures = []
  for (const name of names) {
    if (ended) return await forever()
    console.error(`${name} …`)
    try {
      rows.push(...(await measured(name)))
    } catch (error) {
      failures.push({ name, error: error.message })
      console.error(`${name} failed: ${error.message}`)
    }
  }
  if (ended) return await forever()
  const report = {
    machine,
    quick: values.quick === true,
    rows,
    campaigns: campaignRows(results).filter(({ campaign }) => !values.only || names.includes(campaign)),
    failures,
  }
  const table = renderTable(report)
  console.log(table)
  const json = `${JSON.stringify(report, undefined, 2)}\n`
  if (!values.quick && !values.only) keep(table, json)
  if (values.json) writeFileSync(values.json, json)
  if (values.write) writeDocument(table)
  return failures.length === 0 ? 0 : 1
}

function keep(table, json) {
  mkdirSync(results, { recursive: true })
  writeFileSync(path.join(results, 'bench.md'), `${table}\n`)
  writeFileSync(path.join(results, 'bench.json'), json)
}

/** The rows of a bench. A campaign has none: it writes down what it comes to. */
async function measured(name) {
  running = new ContainedProcess()
  try {
    if (name in CAMPAIGNS) {
      const { file, args, cwd } = boundedCommand(name)
      await running.run(file, args, cwd)
      return []
    }
    const rows = await running.run(process.execPath, [
      ONE,
      name,
      running.folder,
      ...(values.quick ? ['quick'] : []),
    ])
    return rows.map((row) => ({ bench: name, ...row, command: commandOf('bench', ['--only', name]) }))
  } finally {
    await running.close()
  }
}

/** Leaves nothing of what runs, and ends as one who is ended by that signal. */
async function end(signal) {
  if (ended) return
  ended = true
  await running?.close()
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}

/** Until the signal that has ended this has done so. */
function forever() {
  return new Promise(() => {})
}

function chosen() {
  const known = [...Object.keys(BENCHES), ...Object.keys(CAMPAIGNS)]
  if (values.only) {
    const names = values.only.split(',')
    const unknown = names.filter((name) => !known.includes(name))
    if (unknown.length === 0) return names
    console.error(`There is no ${unknown.join(', ')}. There are: ${known.join(', ')}.`)
    return undefined
  }
  const short = Object.keys(CAMPAIGNS).filter((name) => CAMPAIGNS[name].bounded)
  return [...Object.keys(BENCHES), ...(values.all ? short : [])]
}

function list() {
  const benches = Object.entries(BENCHES).map(
    ([name, { about, seconds }]) => `${name.padEnd(24)} some ${seconds} s: ${about}`,
  )
  const campaigns = Object.entries(CAMPAIGNS).map(
    ([name, { script, bounded }]) =>
      `${name.padEnd(24)} ${commandOf(script, bounded ?? [])}${bounded ? '' : ' (by name only)'}`,
  )
  return [...benches, '', 'With --all, or by name:', ...campaigns].join('\n')
}
