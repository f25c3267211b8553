import path from 'node:path'

import { collectExplorations, compileExplorations, usesVitest } from '../../explore/campaign/load.ts'
import { readFailure } from '../../explore/replay/failure-file.ts'
import { replayReal } from '../../explore/replay/replay.ts'
import { createHarness } from '../../harness/create-harness.ts'
import type { Context, ExitCode } from '../command.ts'
import type { ExploreCommandOptions } from './command.ts'
import { cannotLoad } from './sources.ts'

/**
 * Plays what was found again, in a simulation and then with real processes, and says what became of it. What was found may be
 * a loop without an end, which hears no signal: so this listens to none, and what it leaves when it is ended is reaped.
 */
export async function replay(
  file: string,
  [given]: readonly string[],
  { json }: Pick<ExploreCommandOptions, 'json'>,
  { streams }: Context,
): Promise<ExitCode> {
  const failure = readFailure(file)
  const source =
    given === undefined ? failure.file && path.resolve(path.dirname(file), failure.file) : path.resolve(given)
  if (source === undefined)
    throw cannotLoad(`${file} does not say which file has its exploration. Name that file, too.`)
  const module = await compileExplorations(source, new AbortController().signal)
  const collector = await collectExplorations(module, source)
  const names = [...collector.explorations.keys()]
  const name = failure.exploration ?? (names.length === 1 ? names[0] : undefined)
  const exploration = name === undefined ? undefined : collector.explorations.get(name)
  if (!exploration) {
    const which =
      name === undefined ? `${file} does not say which exploration it is of` : `${source} has no "${name}"`
    throw cannotLoad(
      `${which}. There ${names.length === 1 ? 'is' : 'are'} ${names.map((one) => `"${one}"`).join(', ') || 'none'}.`,
    )
  }
  const verdict = await replayReal(exploration, failure, await createHarness({ keepRuntimeDir: 'never' }))
  if (collector.missed !== undefined) throw cannotLoad(usesVitest(collector.missed, exploration.name))
  streams.out.write(`${json ? JSON.stringify(verdict, undefined, 2) : verdict.text}\n`)
  return verdict.kind === 'no longer fails' ? 0 : 1
}
