/* Runs the suite against the packed package on every Node with every Vitest: `npm run matrix -- --help`. */
import { runBundled } from './bundled.mjs'

await runBundled('matrix/cli.ts')
