import { existsSync } from 'node:fs'
import path from 'node:path'

import { transform } from 'esbuild'

import type { Context, ExitCode } from '../command.ts'
import { installedVersion } from '../project-directory.ts'
import { columns, screenOf } from '../screen.ts'
import type { InitCommandOptions } from './command.ts'
import { PLUGIN_LINES } from './config-edit.ts'
import { install, installCommand } from './install.ts'
import { planOf, type Step } from './plan.ts'
import { type Project, readProject } from './project.ts'
import { assertWritable, writeFiles } from './write-files.ts'

/** Sets the project in a directory up. */
export async function init(given: string, options: InitCommandOptions, context: Context): Promise<ExitCode> {
  const { signal, streams } = context
  const project = readProject(given)
  const { directory } = project
  const plan = planOf(project, {
    ci: options.ci,
    nodes: nodesFor(installedVersion('vitest', directory)),
    exists: (file) => existsSync(path.join(directory, file)),
  })
  const steps = await Promise.all(plan.map(checked))
  signal.throwIfAborted()
  assertWritable(directory, steps)
  const command = installCommand(project)
  if (!options.dryRun) {
    writeFiles(directory, steps)
    if (options.install && command) await install(command, directory, context)
  }
  const isInstalled = options.install === true && !options.dryRun
  const told = { project, steps, command, isInstalled, dryRun: options.dryRun === true }
  streams.out.write(options.json ? `${JSON.stringify(facts(told), undefined, 2)}\n` : text(told, context))
  return steps.some(({ action }) => action === 'by hand') ? 1 : 0
}

/** What was done, or would be. */
interface Told {
  readonly project: Project
  readonly steps: readonly Step[]
  readonly command: readonly string[] | undefined
  readonly isInstalled: boolean
  readonly dryRun: boolean
}

/** The versions of Node that a workflow has. Vitest 5 is not made for Node 20. */
function nodesFor(vitest: string | undefined): readonly number[] {
  const major = vitest === undefined ? undefined : Number(vitest.split('.')[0])
  const hasTwenty = major === undefined ? Number(process.versions.node.split('.')[0]) < 22 : major < 5
  return hasTwenty ? [20, 22, 24] : [22, 24]
}

/** An edit of a program that no longer parses is none. */
async function checked(step: Step): Promise<Step> {
  const { action, content, file } = step
  if (action !== 'update' || content === undefined || file === 'package.json') return step
  try {
    await transform(content, { loader: 'ts' })
    return step
  } catch {
    const note = `add these two lines, for its text is not understood:\n${PLUGIN_LINES.join('\n')}`
    return { file, action: 'by hand', note }
  }
}

const WORDS = {
  create: ['created', 'would be created', 'green'],
  update: ['changed', 'would be changed', 'green'],
  keep: ['kept', 'would be kept', 'dim'],
  skip: ['skipped', 'would be skipped', 'dim'],
  'by hand': ['by hand', 'by hand', 'yellow'],
} as const

function facts({ project, steps, command, isInstalled, dryRun }: Told): object {
  return {
    directory: project.directory,
    dryRun,
    files: steps.map(({ file, action, note }) => ({ file, action: WORDS[action][0], note: note ?? null })),
    install: command === undefined ? null : { command, packages: project.missing, done: isInstalled },
  }
}

function text({ project, steps, command, isInstalled, dryRun }: Told, context: Context): string {
  const { paint } = screenOf(context)
  const rows = steps.map(({ file, action, note = '' }) => {
    const [first = '', ...rest] = note.split('\n')
    return { cells: [WORDS[action][dryRun ? 1 : 0], file, first], mark: WORDS[action][2], rest }
  })
  const table = columns(rows.map(({ cells }) => cells)).flatMap((line, at) => {
    const { mark, rest } = rows[at] ?? { mark: 'dim', rest: [] }
    return [paint(mark, line.trimEnd()), ...rest.map((more) => `    ${more}`)]
  })
  const isHere = project.directory === process.cwd()
  const next = [
    ...(isHere
      ? []
      : [`cd ${/[^\w./-]/.test(project.directory) ? `'${project.directory}'` : project.directory}`]),
    ...(command && !isInstalled ? [command.join(' ')] : []),
    `${project.packageManager.exec} vitest run`,
  ]
  return `${table.join('\n')}\n\nNext:\n${next.map((line) => `  ${line}\n`).join('')}`
}
