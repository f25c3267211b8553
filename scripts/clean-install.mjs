/*
 * Installs the packed package as a stranger would: `npm install` in an empty project, with each Vitest version named on the
 * command line (default 4.1.0, 4.1.12 and 5.1.1), then type-checks it without skipLibCheck and runs a test. A Vitest
 * that this Node is too old for runs under Node 24 from npm.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { recordResult } from '../bench/record.mjs'
import { pack, root } from './packed.mjs'

const versions = process.argv.slice(2)
const workplace = mkdtempSync(path.join(os.tmpdir(), 'clean-'))
const failures = []
try {
  const tarball = pack(workplace)
  checkContents(tarball)
  for (const version of versions.length > 0 ? versions : ['4.1.0', '4.1.12', '5.1.1'])
    tryVersion(tarball, version)
} finally {
  rmSync(workplace, { recursive: true, force: true })
}
console.log(
  failures.length === 0 ? 'The packed package installs and works.' : `Failed: ${failures.join('; ')}`,
)
process.exitCode = failures.length === 0 ? 0 : 1
if (versions.length === 0) {
  const value = failures.length === 0 ? 'all three' : failures.join('; ')
  recordResult(root, 'clean-install', [{ value, met: failures.length === 0 }])
}

function checkContents(tarball) {
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
  const unwanted = files.filter((file) => /\.map$|\.test\.|\/(test|bench|scripts|examples)\//.test(file))
  if (unwanted.length > 0) failures.push(`the tarball holds ${unwanted.join(', ')}`)
  console.log(`${files.length} files in the tarball`)
}

function tryVersion(tarball, version) {
  const project = path.join(workplace, version)
  write(project, {
    'package.json': JSON.stringify({ name: 'stranger', private: true, type: 'module' }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2022',
        strict: true,
        noEmit: true,
        skipLibCheck: false,
      },
    }),
    'vitest.config.ts':
      "import { defineConfig } from 'vitest/config'\nimport { supervise } from 'vitest-supervise/plugin'\n\n" +
      'export default defineConfig({ plugins: [supervise()] })\n',
    'first.test.ts':
      "import { expect, test } from 'vitest-supervise'\n\n" +
      "test('starts an agent', async ({ agent }) => {\n  expect(agent).toBeRunning()\n" +
      "  expect((await agent.close()).signal).toBe('SIGTERM')\n  expect(agent).toHaveExited({ signal: 'SIGTERM' })\n})\n",
  })
  const major = Number(version.split('.')[0])
  const nodeMajor = Number(process.versions.node.split('.')[0])
  const needsNode = major >= 5 && nodeMajor < 22
  const types = major >= 5 ? '@types/node@24' : '@types/node@20'
  const packages = [tarball, `vitest@${version}`, 'typescript', types, ...(needsNode ? ['node@24'] : [])]
  const steps = [
    ['npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages]],
    [process.execPath, [path.join(project, 'node_modules/typescript/bin/tsc')]],
    [
      needsNode ? path.join(project, 'node_modules/node/bin/node') : process.execPath,
      [path.join(project, 'node_modules/vitest/vitest.mjs'), 'run'],
    ],
  ]
  for (const [file, args] of steps) {
    const shell = process.platform === 'win32' && file === 'npm'
    const { status } = spawnSync(file, args, { cwd: project, stdio: 'inherit', shell })
    if (status === 0) continue
    failures.push(`Vitest ${version}: ${path.basename(args[0])} exited with ${status}`)
    return
  }
  const installed = JSON.parse(
    readFileSync(path.join(project, 'node_modules/vitest/package.json'), 'utf8'),
  ).version
  console.log(`Vitest ${installed}: installed, type-checked and run`)
}

function write(folder, files) {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
}
