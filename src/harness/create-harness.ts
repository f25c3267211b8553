import { buildAgentForTest } from '../build/build-agent.ts'
import { Harness } from './harness.ts'
import type { AgentEntry, SuperviseOptions } from '../options.ts'
import { ENV } from '../protocol/frames.ts'
import { Run } from '../reap/run.ts'
import { resolveOptions } from '../resolve-options.ts'

/**
 * A harness without Vitest: for scripts, for other test runners, and for agents that several tests of a file share. Inside a
 * Vitest worker it joins the test run; elsewhere it is a run of its own, with a reaper that cleans up if the
 * process is killed. Close it, or declare it with `await using`.
 * Rejects with the errors of `buildAgentForTest`, with `ERR_OPTION_…`, `ERR_RUNTIME_DIR`, `ERR_PATH_TOO_LONG` or
 * `ERR_REAPER_FAILED`; then nothing is left.
 */
export async function createHarness(options: SuperviseOptions = {}): Promise<Harness> {
  const resolved = resolveOptions(options)
  const [agentPath, agentPaths] = await Promise.all([build(resolved.agent), buildAll(resolved.agents)])
  const root = process.env[ENV.run]
  const run = root === undefined ? await Run.start() : await Run.join(root)
  try {
    return await Harness.open({ run, options: resolved, agentPath, agentPaths, ownsRun: true })
  } catch (error) {
    await run.close()
    throw error
  }
}

/** @internal The executables of named agents. */
export async function buildAll(
  agents: Readonly<Record<string, AgentEntry>>,
  cwd?: string,
): Promise<Record<string, string>> {
  const built = Object.entries(agents).map(async ([name, entry]) => [name, await build(entry, cwd)] as const)
  return Object.fromEntries(await Promise.all(built))
}

/** @internal The executable of one agent; of the scripted one if there is no entry. */
export function build(entry: AgentEntry | undefined, cwd?: string): Promise<string> {
  return buildAgentForTest({
    ...(entry === undefined ? {} : { entry }),
    ...(cwd === undefined ? {} : { cwd }),
  })
}
