/* One folder at a time, and only by `npm run mutation`, which confines what mutants do: docs/mutation.md. */
import { resultsOf, SCOPES } from './test/lab/mutation/scopes.mjs'

// By default what does nothing but reckon.
const scope = process.env.MUTATION_SCOPE ?? 'restart'

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', './test/lab/mutation/left-out.mjs'],
  vitest: { configFile: 'test/lab/mutation/vitest.config.ts', related: false },
  mutate: SCOPES[scope].mutate,
  ignorers: ['wording', 'mounts', 'platforms'],
  coverageAnalysis: 'perTest',
  concurrency: 1,
  // A mutant that waits for ever fails its test; this is for one that works for ever.
  timeoutMS: 10_000,
  timeoutFactor: 1,
  incremental: true,
  incrementalFile: resultsOf(scope),
  reporters: ['clear-text', 'html', 'progress-append-only'],
  clearTextReporter: { allowColor: false, allowEmojis: false, reportTests: false, reportMutants: false },
  htmlReporter: { fileName: resultsOf(scope).replace(/json$/, 'html') },
  thresholds: { high: 95, low: 85, break: 85 },
  tempDirName: '.lab/stryker',
  ignorePatterns: ['.git', '.lab', 'bench', 'examples'],
  symlinkNodeModules: true,
  // TypeScript 7 has not the interface with which Stryker would rewrite these.
  disableTypeChecks: false,
  tsconfigFile: 'none',
}
