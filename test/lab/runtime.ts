import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'

import { withLock } from './lock.ts'
import { repository } from './repository.ts'

/** A Vitest, and the Node that runs it. */
export interface Runtime {
  /** How a table calls it: `Vitest 5.1.1, Node 24.21.0`. */
  readonly name: string
  /** The directory of the package `vitest`. */
  readonly vitest: string
  /** The binary of Node. */
  readonly node: string
}

/** The major versions of Vitest that are supported. */
export type VitestMajor = '4' | '5'

const VITEST_5 = '5.1.1'
const NODE_FOR_5 = '24'

/**
 * The directory of an installed package that is tested in place of what this repository has built, with the Vitest beside
 * it on the Node that runs this, and with no other: `npm run matrix` sets `LAB_PACKAGE`.
 */
export const installedPackage: string | undefined = process.env['LAB_PACKAGE']

/** This repository's own Vitest, or that of the installed package, on the Node that runs this. */
export const ownRuntime: Runtime = describe(
  installedPackage === undefined
    ? path.dirname(createRequire(import.meta.url).resolve('vitest/package.json'))
    : path.join(installedPackage, '..', 'vitest'),
  process.execPath,
  process.versions.node,
)

/**
 * Vitest 4 or 5, each with a Node that it supports. What this repository has not installed comes from the npm registry
 * at the first call and stays in `.lab/`; no dev dependency, because an alias of the package `node` would put its
 * binary before the machine's Node for every npm script, and everybody would load 200 MB for a few tests.
 */
export async function runtime(major: VitestMajor): Promise<Runtime> {
  if (major === '4') return ownRuntime
  const [vitest, node] = [await install('vitest', VITEST_5), await nodeForVitest5()]
  return describe(vitest, node, await versionOf(node))
}

/** This major version of Node, with the newest Vitest that we have for it. Installed like the others. */
export async function nodeRuntime(major: string): Promise<Runtime> {
  const node = await nodeOf(major)
  const vitest = Number(major) < 22 ? ownRuntime.vitest : await install('vitest', VITEST_5)
  return describe(vitest, node, await versionOf(node))
}

/** The binary of this major version of Node, which is installed if it has to be. */
export async function nodeOf(major: string): Promise<string> {
  return isOwn(major) ? process.execPath : nodeBinary(major)
}

/** The binary of this major version of Node, or undefined where it would have to be installed and this is not CI. */
export async function nodeAtHand(major: string): Promise<string | undefined> {
  if (isOwn(major)) return process.execPath
  if (installedPackage !== undefined) return undefined
  const here = existsSync(place(nodePackage(), major)) || process.env['CI']
  return here ? nodeBinary(major) : undefined
}

/** The same as {@link runtime}, or undefined where it would have to be installed and nobody has asked for that with `npm run kill-matrix` or on CI. */
export async function runtimeAtHand(major: VitestMajor): Promise<Runtime | undefined> {
  if (installedPackage !== undefined) return isOfMajor(ownRuntime, major) ? ownRuntime : undefined
  const here = major === '4' || (existsSync(place('vitest', VITEST_5)) && existsSync(await nodePlace()))
  return here || process.env['CI'] ? runtime(major) : undefined
}

function isOfMajor({ name }: Runtime, major: VitestMajor): boolean {
  return name.startsWith(`Vitest ${major}.`)
}

function describe(vitest: string, node: string, nodeVersion: string): Runtime {
  const { version } = createRequire(import.meta.url)(path.join(vitest, 'package.json')) as { version: string }
  return { name: `Vitest ${version}, Node ${nodeVersion}`, vitest, node }
}

async function nodeForVitest5(): Promise<string> {
  if (hasNodeForVitest5()) return process.execPath
  return nodeBinary(NODE_FOR_5)
}

async function nodeBinary(major: string): Promise<string> {
  return path.join(await install(nodePackage(), major), 'bin', 'node')
}

function isOwn(major: string): boolean {
  return process.versions.node.split('.')[0] === major
}

function hasNodeForVitest5(): boolean {
  return Number(process.versions.node.split('.')[0]) >= 22
}

async function nodePlace(): Promise<string> {
  return hasNodeForVitest5() ? process.execPath : place(nodePackage(), NODE_FOR_5)
}

/** The binary alone: the package `node` brings it twice, by way of an install script. */
function nodePackage(): string {
  return `node-${process.platform}-${process.arch}`
}

async function versionOf(node: string): Promise<string> {
  const { stdout } = await promisify(execFile)(node, ['--version'])
  return stdout.trim().slice(1)
}

function place(name: string, version: string): string {
  return path.join(repository, '.lab', `${name}-${version}`, 'node_modules', name)
}

/** Installs one package in a folder of its own, if it is not there. Gives back the package's directory. */
async function install(name: string, version: string): Promise<string> {
  const target = place(name, version)
  if (existsSync(target)) return target
  const lab = path.join(repository, '.lab')
  mkdirSync(lab, { recursive: true })
  await withLock(path.join(lab, `${name}-${version}.lock`), async () => {
    if (existsSync(target)) return
    const draft = mkdtempSync(path.join(lab, 'draft-'))
    try {
      writeFileSync(path.join(draft, 'package.json'), '{ "private": true }')
      await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', `${name}@${version}`], {
        cwd: draft,
      })
      renameSync(draft, path.join(lab, `${name}-${version}`))
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
  })
  return target
}
