/* Runs one scenario again and again, under load, on every Node and pool: `npm run determinism -- --help`. */
import { runBundled } from './bundled.mjs'

await runBundled('determinism/cli.ts')
