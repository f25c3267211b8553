import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import { buildAgentForTest, type BuildOptions } from '../../src/build/build-agent.ts'

/** A directory of its own with files in it, and a cache. Removed when disposed of. */
export class Project implements Disposable {
  readonly root: string
  readonly cacheDir: string

  constructor(files: Record<string, string>, name = 'project-') {
    this.root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), name)))
    this.cacheDir = path.join(this.root, 'the cache')
    for (const [file, content] of Object.entries(files)) this.write(file, content)
  }

  path(...segments: string[]): string {
    return path.join(this.root, ...segments)
  }

  write(file: string, content: string, mode = 0o644): void {
    fs.mkdirSync(path.dirname(this.path(file)), { recursive: true })
    fs.writeFileSync(this.path(file), content)
    fs.chmodSync(this.path(file), mode)
  }

  build(entry: BuildOptions['entry'] = './agent.ts', options: BuildOptions = {}): Promise<string> {
    return buildAgentForTest({ entry, cwd: this.root, cacheDir: this.cacheDir, ...options })
  }

  /** What the agent prints. */
  async output(entry?: BuildOptions['entry']): Promise<string> {
    return run(await this.build(entry))
  }

  /** The outputs in the cache; not manifests. */
  outputs(): string[] {
    return fs
      .readdirSync(this.cacheDir, { recursive: true, encoding: 'utf8' })
      .filter((name) => /-[0-9a-f]{12}(\.[cm]js)?$/.test(name))
  }

  /** Everything else that a build might forget. */
  leftovers(): string[] {
    return fs
      .readdirSync(this.cacheDir, { recursive: true, encoding: 'utf8' })
      .filter((name) => /lock$|\.tmp$|\.now|build-/.test(name))
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.root, { recursive: true, force: true })
  }
}

/** Runs an executable by its path alone; what it prints, trimmed. Rejects on a code other than 0. */
export async function run(file: string, args: string[] = [], cwd = os.tmpdir()): Promise<string> {
  const { stdout } = await promisify(execFile)(file, args, { cwd })
  return stdout.trim()
}

/** A process that runs a program made of this JavaScript, which may import the sources; its output once it is over. */
export async function runProgram(
  project: Project,
  source: string,
  count = 1,
): Promise<{ stdout: string; stderr: string; code: number | null }[]> {
  const file = await bundleProgram(project, source)
  return Promise.all(Array.from({ length: count }, () => finish(file)))
}

/** Node 20 runs no TypeScript: this makes one file of the program and the sources it imports. */
export async function bundleProgram(project: Project, source: string): Promise<string> {
  const esbuild = createRequire(import.meta.url)('esbuild') as typeof import('esbuild')
  const file = project.path('program', 'program.mjs')
  project.write('program/package.json', '{ "name": "vitest-supervise" }')
  await esbuild.build({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: file,
    external: ['esbuild', 'execa', 'tinyglobby'],
    logLevel: 'silent',
  })
  // The externals are found from the program's own place.
  const modules = project.path('program', 'node_modules')
  if (!fs.existsSync(modules)) fs.symlinkSync(path.resolve('node_modules'), modules)
  return file
}

async function finish(file: string): Promise<{ stdout: string; stderr: string; code: number | null }> {
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  await once(child, 'close')
  return { stdout, stderr, code: child.exitCode }
}
