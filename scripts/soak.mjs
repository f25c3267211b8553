/* Does faulted runs again and again, and counts what they leave: `npm run soak -- --help`. */
import { runBundled } from './bundled.mjs'

await runBundled('soak/cli.ts')
