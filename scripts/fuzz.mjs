/* Sends random and damaged frames to both ends of the protocol: `npm run fuzz -- --help`. */
import { runBundled } from './bundled.mjs'

await runBundled('fuzz/cli.ts')
