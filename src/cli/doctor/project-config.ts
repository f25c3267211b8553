import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { execa } from 'execa'

import { isRecord } from '../../json.ts'
import { realDelay } from '../../real-time.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** How long the configuration of a project may take to load. Milliseconds. */
const LOAD_LIMIT = 30_000
/** How long what an ended process has said may take to be read. Milliseconds. */
const READ_LIMIT = 500

/** A project of Vitest, as it says itself. */
interface VitestProject {
  readonly name: string
  readonly pool: string
  readonly hasPlugin: boolean
}

/**
 * Has Vitest load the configuration as it does before it runs tests, in a process of its own, which ends before anything is run, and with this one. So
 * the configuration is found where Vitest finds it, and what plugins say to it is heard.
 */
const PROBE = `
import { writeSync } from 'node:fs'
const [entry, root] = process.argv.slice(1)
process.stdin.on('close', () => process.exit()).resume()
const say = (said) => writeSync(3, JSON.stringify(said))
try {
  const { createVitest } = await import(entry)
  const vitest = await createVitest('test', { root, watch: false, run: true })
  say(vitest.projects.map(({ name, config, vite }) => ({
    name,
    pool: config.browser?.enabled ? 'browser' : config.pool,
    hasPlugin: vite.config.plugins.some((plugin) => plugin.name === 'vitest-supervise'),
  })))
} catch (error) {
  say({ error: String(error?.message ?? error) })
}
process.exit()
`

/** Which pools the projects of this configuration have, and whether they have the plugin. Rejects with the reason of `signal`. */
export async function configFindings(directory: string, signal: AbortSignal): Promise<Finding[]> {
  const entry = vitestIn(directory)
  if (entry === undefined)
    return [warning('configuration', 'not looked at: there is no Vitest', 'Install it first.')]
  const args = ['--input-type=module', '-e', PROBE, pathToFileURL(entry).href, directory]
  const child = execa(process.execPath, args, {
    cwd: directory,
    // What is told of an error goes into text.
    env: { NO_COLOR: '1', FORCE_COLOR: undefined },
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    // Its own watch for signals would end this process before it could.
    cleanup: false,
    timeout: LOAD_LIMIT,
    forceKillAfterDelay: 500,
    cancelSignal: signal,
    reject: false,
  })
  // What the configuration has started may hold the pipes open, and would be waited for.
  child.once('exit', () => {
    void realDelay(READ_LIMIT).then(() => {
      for (const stream of child.stdio) stream?.destroy()
    })
  })
  const result = await child
  signal.throwIfAborted()
  const projects = parse(result.stdio[3])
  if (Array.isArray(projects)) return findingsOf(projects as VitestProject[])
  const why = isRecord(projects)
    ? String(projects['error'])
    : result.timedOut
      ? `it takes longer than ${LOAD_LIMIT} ms`
      : result.stderr.trim() || `it ends the process (${result.signal ?? `exit code ${result.exitCode}`})`
  return [
    problem('configuration', `Vitest cannot load it: ${why}`, 'Mend it: `npx vitest run` says the same.'),
  ]
}

function findingsOf(projects: readonly VitestProject[]): Finding[] {
  const nameOf = ({ name }: VitestProject): string => (name === '' ? '' : ` of the project "${name}"`)
  const pools = projects.map((project) => {
    const found = `${project.pool}${nameOf(project)} (asked Vitest, which has loaded the configuration)`
    const isSupported = project.pool === 'forks' || project.pool === 'threads'
    return isSupported
      ? ok('pool', found)
      : problem('pool', found, 'Set `test.pool` to "forks" or "threads".')
  })
  const without = projects.filter(({ hasPlugin }) => !hasPlugin)
  if (without.length === 0) return [...pools, ok('plugin', 'there')]
  const advice = '`npx vitest-supervise init` adds it: `plugins: [supervise()]`'
  if (without.length === projects.length) return [...pools, problem('plugin', 'missing', advice)]
  return [
    ...pools,
    ...without.map((project) => warning('plugin', `missing in the configuration${nameOf(project)}`, advice)),
  ]
}

function vitestIn(directory: string): string | undefined {
  try {
    return createRequire(path.join(directory, 'package.json')).resolve('vitest/node')
  } catch {
    return undefined
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
