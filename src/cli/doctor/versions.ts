import { readFileSync } from 'node:fs'
import path from 'node:path'

import { packageRoot } from '../../package-root.ts'
import { installedManifest, installedVersion } from '../project-directory.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import { isInRange } from './version-range.ts'

interface Manifest {
  readonly version: string
  readonly engines: { readonly node: string }
  readonly peerDependencies: { readonly vitest: string; readonly msw: string }
}

/** The versions of Node, Vitest, this package and MSW that the project has, and whether they are supported. */
export function versionFindings(directory: string): Finding[] {
  const own = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as Manifest
  return [
    nodeFinding(own, directory),
    vitestFinding(own, directory),
    ownFinding(own, directory),
    mswFinding(own, directory),
  ]
}

function nodeFinding({ engines }: Manifest, directory: string): Finding {
  const { node } = process.versions
  if (!isInRange(node, engines.node))
    return problem('node', `${node}, and ${engines.node} is supported`, 'Install a newer Node.')
  const vitest = installedManifest('vitest', directory)
  const wanted = (vitest?.['engines'] as { node?: string } | undefined)?.node
  if (wanted === undefined || isInRange(node, wanted)) return ok('node', node)
  return problem(
    'node',
    `${node}, and Vitest ${String(vitest?.['version'])} is made for ${wanted}`,
    'Install such a Node, or an older Vitest: `npm install --save-dev vitest@4`.',
  )
}

function vitestFinding({ peerDependencies: { vitest: range } }: Manifest, directory: string): Finding {
  const version = installedVersion('vitest', directory)
  if (version === undefined)
    return problem(
      'vitest',
      'not installed in this project',
      '`npx vitest-supervise init --install`, which takes the one for this Node',
    )
  if (isInRange(version, range)) return ok('vitest', version)
  return problem('vitest', `${version}, and ${range} is supported`, 'Install such a version.')
}

function ownFinding({ version }: Manifest, directory: string): Finding {
  const topic = 'vitest-supervise'
  const installed = installedVersion(topic, directory)
  if (installed === version) return ok(topic, version)
  if (installed === undefined)
    return problem(
      topic,
      `not installed in this project (this is ${version})`,
      `\`npm install --save-dev ${topic}\``,
    )
  return warning(
    topic,
    `${installed} is installed, and this is ${version}`,
    'Run the one that is installed: `npx vitest-supervise doctor`.',
  )
}

function mswFinding({ peerDependencies: { msw: range } }: Manifest, directory: string): Finding {
  const version = installedVersion('msw', directory)
  if (version === undefined) return ok('msw', 'not installed; only tests that ask for `network` need it')
  if (isInRange(version, range)) return ok('msw', version)
  return problem(
    'msw',
    `${version}, and ${range} is supported: tests that ask for \`network\` fail`,
    '`npm install --save-dev msw@2`',
  )
}
