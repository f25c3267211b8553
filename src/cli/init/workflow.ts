import type { InstallSteps } from './package-manager.ts'

/** What a workflow is made of. */
export interface WorkflowParts extends InstallSteps {
  readonly nodes: readonly number[]
  /** What runs the tests. */
  readonly test: string
}

/** The directory for temporary files has other names on Windows. */
const TEMPORARY = ['TMPDIR', 'TEMP', 'TMP'].map((name) => `${name}: '\${{ runner.temp }}'`).join(', ')

/** A workflow of GitHub Actions that runs the tests, and keeps what failed tests leave as evidence. */
export function workflow({ nodes, before, cache, install, test }: WorkflowParts): string {
  const node = ["node-version: '${{ matrix.node }}'", ...(cache === undefined ? [] : [`cache: ${cache}`])]
  const steps = [
    '- uses: actions/checkout@v4',
    ...before,
    '- uses: actions/setup-node@v4',
    `  with: { ${node.join(', ')} }`,
    `- run: ${install}`,
    `- run: ${test}`,
    `  env: { ${TEMPORARY} }`,
    '- uses: actions/upload-artifact@v4',
    '  if: failure()',
    '  with:',
    '    name: supervise-${{ matrix.os }}-${{ matrix.node }}',
    '    # The report, the runtime directories of failed tests, and what explorations have found.',
    '    path: |',
    '      vitest-supervise-report/',
    '      ${{ runner.temp }}/vs-*/',
    '      **/__failures__/*.json',
    '      !**/node_modules/**',
    '      !**/*.sock',
    '    if-no-files-found: ignore',
    '    include-hidden-files: true',
  ]
  return `name: Supervise

on:
  push:
    branches: [main, master]
  pull_request:

permissions:
  contents: read

jobs:
  test:
    strategy:
      fail-fast: false
      matrix:
        os: [ubuntu-latest, macos-latest]
        node: [${nodes.join(', ')}]
    runs-on: \${{ matrix.os }}
    timeout-minutes: 15
    steps:
${steps.map((line) => `      ${line}`).join('\n')}
`
}
