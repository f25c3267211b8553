import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { recordResult } from '../../../bench/record.mjs'
import { repository } from '../repository.ts'
import { nodeOf } from '../runtime.ts'
import { allCells, type Cell, cellsOf, corners, isSupported } from './cells.ts'
import type { CellResult } from './outcome.ts'
import { publicSuite } from './suite.ts'
import { Workplace } from './workplace.ts'

const USAGE = `Installs the packed package with each Vitest, as its users do, and runs the tests that need no more than its
entry points on each Node. Linux. Some minutes a cell.
  --only node=24,vitest=5.1.1   these cells alone; node=20,node=22 means both
  --corners                     four of them: the oldest and the newest of Node and of Vitest
  --files text,text             only test files whose paths contain one of these
  --list                        which test files there are, and runs nothing`

type Row = Cell & Partial<CellResult>

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    corners: { type: 'boolean' },
    files: { type: 'string' },
    list: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

if (values.help) console.log(USAGE)
else if (values.list) console.log(publicSuite().tests.join('\n'))
else process.exitCode = (await main()) ? 0 : 1

async function main(): Promise<boolean> {
  const suite = publicSuite()
  const cells = values.only !== undefined ? cellsOf(values.only) : values.corners ? corners : allCells
  const filters = values.files?.split(',') ?? []
  console.log(
    `${suite.tests.length} test files go by the package's entry points; ${suite.others} are about its inner parts, and run from source.\n`,
  )
  console.log(
    '| Node | Vitest | passed | failed | skipped | seconds |\n| --- | --- | ---: | ---: | ---: | ---: |',
  )
  const rows: Row[] = []
  await using workplace = new Workplace(suite)
  endWith(workplace)
  for (const cell of cells) {
    const row = isSupported(cell)
      ? { ...cell, ...(await workplace.run(await nodeOf(cell.node), cell.vitest, filters)) }
      : cell
    console.log(line(row))
    rows.push(row)
  }
  for (const { node, vitest, failures = [] } of rows) {
    for (const failure of failures) console.log(`\nNode ${node}, Vitest ${vitest}: ${failure}`)
  }
  keep(rows, suite.tests.length)
  return rows.every(({ failed = 0 }) => failed === 0)
}

/** Whoever ends this by a signal ends all of it. */
function endWith(workplace: Workplace): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      void workplace[Symbol.asyncDispose]().then(() => process.kill(process.pid, signal))
    })
  }
}

function line({ node, vitest, passed, failed, skipped, seconds }: Row): string {
  const outcome =
    seconds === undefined
      ? ['not supported by Vitest', '', '', '']
      : [passed, failed, skipped, Math.round(seconds)]
  return `| ${[node, vitest, ...outcome].join(' | ')} |`
}

/** For the table of the bench, unless it was asked for a part of the suite. */
function keep(rows: readonly Row[], files: number): void {
  const folder = path.join(repository, 'bench', 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'matrix.json'), `${JSON.stringify({ files, rows }, undefined, 2)}\n`)
  if (values.files !== undefined) return
  const ran = rows.filter(({ seconds }) => seconds !== undefined)
  const sum = (of: (row: Row) => number | undefined): number =>
    ran.reduce((total, row) => total + (of(row) ?? 0), 0)
  const isWhole = ran.length >= allCells.filter(isSupported).length
  recordResult(repository, 'matrix', [
    {
      value: `${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed in ${ran.length} cells`,
      met: sum(({ failed }) => failed) === 0 ? isWhole || null : false,
      note: `${files} test files; ${sum(({ skipped }) => skipped)} skipped; Vitest 5 does not support Node 20`,
    },
  ])
}
