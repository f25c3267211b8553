import { counted } from '../../counted.ts'
import { abortable } from '../../wait.ts'
import type { Context, ExitCode } from '../command.ts'
import { existingDirectory } from '../project-directory.ts'
import { columns, type Mark, screenOf } from '../screen.ts'
import type { DoctorCommandOptions } from './command.ts'
import { faultFindings } from './faults.ts'
import { type Finding, type Level, ok } from './finding.ts'
import { leftoverFindings } from './leftovers.ts'
import { machineFindings } from './machine.ts'
import { configFindings } from './project-config.ts'
import { versionFindings } from './versions.ts'

/** Looks at the machine and the project in a directory, and says what it has found. */
export async function doctor(
  given: string,
  { config, json }: DoctorCommandOptions,
  context: Context,
): Promise<ExitCode> {
  const { signal, streams } = context
  const directory = existingDirectory(given)
  const machine = machineFindings(directory)
  const asked = abortable(
    Promise.all([
      config
        ? configFindings(directory, signal)
        : [ok('configuration', 'not looked at, as --no-config says')],
      machine,
      leftoverFindings(),
    ]),
    signal,
  )
  // Who interrupts it must not find what that has made: it takes a moment, and takes it back.
  const [ofConfig, ofMachine, left] = await asked.catch(async (error: unknown) => {
    await machine
    throw error
  })
  const { findings, skipped } = faultFindings()
  const all = [...versionFindings(directory), ...ofConfig, ...ofMachine, ...findings, ...left]
  const isWell = all.every(({ level }) => level !== 'problem')
  const facts = { ok: isWell, directory, findings: all.map(withNull), skippedFaults: skipped }
  streams.out.write(json ? `${JSON.stringify(facts, undefined, 2)}\n` : text(all, context))
  return isWell ? 0 : 1
}

const MARKS: Readonly<Record<Level, Mark>> = { ok: 'green', warning: 'yellow', problem: 'red' }

function withNull({ topic, level, found, advice }: Finding): object {
  return { topic, level, found, advice: advice ?? null }
}

function text(findings: readonly Finding[], context: Context): string {
  const { paint, wrap } = screenOf(context)
  const heads = columns(findings.map(({ level, topic }) => [level, topic, '']))
  const taken = heads[0]?.length ?? 0
  const lines = findings.flatMap(({ level, found, advice }, at) => {
    const [first = '', ...rest] = [found, advice ?? ''].flatMap((part) => wrap(part, taken))
    const more = rest.filter((line) => line !== '').map((line) => `${' '.repeat(taken)}${line}`)
    return [`${paint(MARKS[level], heads[at] ?? '')}${first}`, ...more]
  })
  const [problems, warnings] = (['problem', 'warning'] as const).map((wanted) =>
    counted(findings.filter(({ level }) => level === wanted).length, wanted),
  )
  return `${lines.join('\n')}\n\n${problems}, ${warnings}\n`
}
