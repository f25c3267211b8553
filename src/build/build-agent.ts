import type { AgentEntry } from '../options.ts'
import { cachePlace } from './cache-place.ts'
import { cachedInputs, cachedOutput } from './cache.ts'
import { commandInputs, commandRecipe } from './command-recipe.ts'
import { resolveEntry, type ResolvedEntry } from './entry.ts'
import type { Recipe } from './recipe.ts'
import { SharedWork } from './shared-work.ts'
import { sourceRecipe } from './source-recipe.ts'

/** Which agent `buildAgentForTest` builds, and where it looks for its files. */
export interface BuildOptions {
  /** What to build. Default: the scripted agent of this package. */
  readonly entry?: AgentEntry | undefined
  /** What relative paths in `entry` are relative to. Default `process.cwd()`. */
  readonly cwd?: string | undefined
  /** Where outputs are kept. Default: see {@link cachePlace}. */
  readonly cacheDir?: string | undefined
  /** Ends this caller's wait. The build itself ends when nobody waits for it any more. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The absolute path of an executable made from `entry`: compiled once, shared by all processes that ask for the same
 * content, and compiled again when any file that it was made from has changed. The output lives in the cache, not
 * beside its source: that is what `import.meta.url` and `__dirname` are in a compiled agent.
 *
 * @throws SuperviseError `ERR_OPTION_INVALID`, `ERR_AGENT_NOT_FOUND`, `ERR_AGENT_NOT_EXECUTABLE`, `ERR_BUILD_FAILED`,
 * `ERR_BUILD_NO_OUTPUT` or `ERR_RUNTIME_DIR`; the signal's reason if it aborts first.
 */
export async function buildAgentForTest(options: BuildOptions = {}): Promise<string> {
  options.signal?.throwIfAborted()
  const entry = resolveEntry(options.entry, options.cwd)
  if (entry.kind === 'executable') return entry.file
  const place = cachePlace(options)
  if (entry.kind === 'run') return (await import('./launcher.ts')).launcherFor(entry, place)
  return builds.join(
    JSON.stringify([place, entry]),
    (signal) => cachedOutput(place, recipeFor(entry), signal),
    options.signal,
  )
}

/**
 * Absolute paths of all files whose change asks for a rebuild, configuration files included. Builds if nothing is
 * known yet; of an entry that fails to compile, what is known from before, and at least the entry itself.
 */
export async function agentInputs(options: BuildOptions = {}): Promise<string[]> {
  const entry = resolveEntry(options.entry, options.cwd)
  if (entry.kind === 'executable') return [entry.file]
  if (entry.kind === 'run') return [...entry.files]
  if (entry.kind === 'command') return (await commandInputs(entry)).files
  // A failure is for whoever asks for the agent; the watcher needs to know what its repair will touch.
  const failure = await buildAgentForTest(options).then(
    () => undefined,
    (error: unknown) => error,
  )
  options.signal?.throwIfAborted()
  const known = cachedInputs(cachePlace(options), recipeFor(entry))
  return [...new Set([entry.file, ...known, ...filesOf(failure)])].sort()
}

const builds = new SharedWork<string>()

function recipeFor(entry: Extract<ResolvedEntry, { kind: 'source' | 'command' }>): Recipe {
  return entry.kind === 'source' ? sourceRecipe(entry) : commandRecipe(entry)
}

function filesOf(failure: unknown): string[] {
  const files = failure instanceof Error && 'files' in failure ? failure.files : undefined
  return Array.isArray(files) ? files.filter((file) => typeof file === 'string') : []
}
