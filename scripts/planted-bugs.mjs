/* Has the supervisors of test/bugs explored: `npm run planted-bugs -- --help`. */
import { runBundled } from './bundled.mjs'

await runBundled('planted-bugs/cli.ts')
