/* Kills test runs in every way, and counts what outlives them: `npm run kill-matrix -- --help`. */
import { runBundled } from './bundled.mjs'

await runBundled('kill-matrix/cli.ts')
