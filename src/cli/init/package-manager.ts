import { existsSync } from 'node:fs'
import path from 'node:path'

/** Who installs the packages of a project. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn' | 'bun'
  /** The words that add packages for development. */
  readonly add: readonly string[]
  /** The words that run a program of an installed package. */
  readonly exec: string
}

/** The steps of a workflow that bring the packages of a project, as its lock file has them. */
export interface InstallSteps {
  /** What comes before Node. */
  readonly before: readonly string[]
  /** What the action that brings Node keeps between runs. */
  readonly cache: string | undefined
  readonly install: string
}

const MANAGERS: Readonly<Record<PackageManager['name'], PackageManager>> = {
  npm: { name: 'npm', add: ['install', '--save-dev'], exec: 'npx' },
  pnpm: { name: 'pnpm', add: ['add', '--save-dev'], exec: 'pnpm exec' },
  yarn: { name: 'yarn', add: ['add', '--dev'], exec: 'yarn' },
  bun: { name: 'bun', add: ['add', '--dev'], exec: 'bunx' },
}

const LOCK_FILES = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
] as const

/** The one that `packageManager` names, else the one whose lock file is the nearest, up to `end`; npm if there is none. */
export function packageManagerOf(directory: string, packageManager: unknown, end: string): PackageManager {
  const named = typeof packageManager === 'string' ? packageManager.split('@')[0] : undefined
  if (named !== undefined && Object.hasOwn(MANAGERS, named)) return MANAGERS[named as PackageManager['name']]
  for (let at = directory; ; at = path.dirname(at)) {
    const lock = LOCK_FILES.find(([file]) => existsSync(path.join(at, file)))
    if (lock) return MANAGERS[lock[1]]
    if (at === end || at === path.dirname(at)) return MANAGERS.npm
  }
}

/** How a workflow installs by it. */
export function installSteps({ name }: PackageManager, packageManager: unknown): InstallSteps {
  switch (name) {
    case 'npm':
      return { before: [], cache: 'npm', install: 'npm ci' }
    case 'pnpm': {
      // The action takes the version that the package.json names, and refuses to be told another one.
      const version = typeof packageManager === 'string' ? [] : ['  with: { version: 10 }']
      return {
        before: ['- uses: pnpm/action-setup@v4', ...version],
        cache: 'pnpm',
        install: 'pnpm install --frozen-lockfile',
      }
    }
    case 'yarn': {
      const isModern = typeof packageManager === 'string' && !/^yarn@[01]\./.test(packageManager)
      return isModern
        ? { before: ['- run: corepack enable'], cache: 'yarn', install: 'yarn install --immutable' }
        : { before: [], cache: 'yarn', install: 'yarn install --frozen-lockfile' }
    }
    case 'bun':
      return {
        before: ['- uses: oven-sh/setup-bun@v2'],
        cache: undefined,
        install: 'bun install --frozen-lockfile',
      }
  }
}
